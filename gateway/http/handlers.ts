import { decideCase, type ReviewerAct } from '../case/decide.ts';
import { recordCertificate, statementFor } from '../case/certify.ts';
import { listCases, ownRegistration, showCase } from '../case/follow.ts';
import { submitCase } from '../case/submit.ts';
import { registrationView } from '../case/view.ts';
import { verifyStatement } from '../issuer/statement.ts';
import type { Handlers, SignedCall } from './handler.ts';
import { httpError } from './problem.ts';
import type { Services } from './services.ts';

/** What each route does. */
export function createHandlers(services: Services): Handlers {
  const { identity, issuer } = services;
  return {
    health: () => Promise.resolve({ ok: true, time: services.now() }),
    anchor: () => Promise.resolve(identity.anchor),
    keySet: () => Promise.resolve(identity.keySet),
    statusList: async () => currentList(services),
    submit: ({ body, signer, now, commit }) =>
      commit((connection) => submitCase(connection, { submission: body, device: signer, now })),
    follow: ({ id, signer, commit }) =>
      commit(async (connection) =>
        registrationView(await ownRegistration(connection, { id, device: signer })),
      ),
    publicAddress: notBuilt,
    amend: notBuilt,
    answer: notBuilt,
    withdraw: notBuilt,
    documentRemove: notBuilt,
    certificate: (call) => certify(services, call),
    caseList: ({ commit }) => commit(listCases),
    caseShow: ({ id, commit }) => commit((connection) => showCase(connection, id)),
    caseDecide: async (call) => {
      const act = await readAct(services, call);
      const { statement, claims } = act;
      const decided = await call.commit(async (connection) => {
        const view = await decideCase(connection, act);
        // After the case took it, so that of two decisions only one gets here; before it is on the disk: a crash
        // in between leaves a decision that is repeated, never one that is forgotten.
        await issuer.ask(claims.action === 'attest' ? 'attest' : 'revoke', { statement });
        return view;
      });
      if (claims.action === 'revoke') await services.publisher.refresh();
      return decided;
    },
  };
}

function notBuilt(): Promise<never> {
  return Promise.reject(httpError('not_built'));
}

async function certify(services: Services, { id, signer, commit }: SignedCall<unknown>) {
  const { issuer, database, identity } = services;
  const statement = await statementFor(database, { id, device: signer });
  const issued = await issuer.ask('issueCertificate', { statement, device: signer });
  return await commit(async (connection) => {
    // The case may have been revoked meanwhile.
    await statementFor(connection, { id, device: signer });
    const { jti, index: statusIndex, issuedAt, expiresAt } = issued;
    const noted = { jti, registration: id, device: signer, statusIndex, issuedAt, expiresAt };
    await recordCertificate(connection, noted);
    return {
      certificate: issued.certificate,
      status_list: currentList(services),
      key_set: identity.keySet,
    };
  });
}

function currentList({ publisher }: Services): string {
  if (publisher.list === undefined) throw httpError('status_list_unavailable');
  return publisher.list;
}

async function readAct(
  { identity }: Services,
  call: SignedCall<{ readonly statement: string }>,
): Promise<ReviewerAct> {
  const { statement } = call.body;
  const { reviewers, origin } = identity.configuration;
  const { claims, signer } = await verifyStatement({
    statement,
    reviewers: reviewers.map(({ key }) => key),
    origin,
  });
  return {
    registration: call.id,
    statement,
    claims,
    statementSigner: signer,
    requestSigner: call.signer,
    now: call.now,
  };
}
