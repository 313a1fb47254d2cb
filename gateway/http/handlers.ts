import { decideCase, type ReviewerAct } from '../case/decide.ts';
import {
  MAX_LISTED_PROFILES,
  type GatewayAnswer,
  type GatewayBody,
  type PlainRoute,
  type ReviewerAction,
} from '#shared/contract/gateway-contract.ts';
import { amendCase } from '../case/amend.ts';
import { answerCase } from '../case/answer.ts';
import { attestedRegistration, noteCertificate } from '../case/certify.ts';
import { removeDocument } from '../case/document.ts';
import { listCases, ownRegistration, showCase, viewOf } from '../case/follow.ts';
import { submitCase } from '../case/submit.ts';
import { withdrawCase } from '../case/withdraw.ts';
import type { GatewayIdentity } from '../configuration.ts';
import { verifyStatement } from '../issuer/statement.ts';
import { verifyWithdrawal } from '../issuer/withdrawal.ts';
import type { Handlers, SignedCall } from './handler.ts';
import { httpError } from './problem.ts';
import type { ResumableUploads } from './resumable-upload.ts';
import type { Services } from './services.ts';

/** What each route does. */
export function createHandlers(services: Services, uploads: ResumableUploads): Handlers {
  const { identity, profiles } = services;
  return {
    health: () => Promise.resolve({ ok: true, time: services.now() }),
    anchor: () => Promise.resolve(identity.anchor),
    keySet: () => Promise.resolve(identity.keySet),
    statusList: async () => currentList(services),
    profileList: () => Promise.resolve(listed(services)),
    profile: async ({ profile }) => profiles.text(profile) ?? notOffered(),
    checkpoint: async () => services.checkpoints.text ?? unavailable(),
    submit: ({ body, signer, now, commit }) =>
      commit((connection) => submitCase(connection, { profiles, submission: body, device: signer, now })),
    follow: ({ id, signer, commit }) =>
      commit(async (connection) =>
        viewOf(connection, await ownRegistration(connection, { id, device: signer })),
      ),
    publicAddress: async ({ clientAddress }) => {
      const address = clientAddress();
      if (address === undefined) throw httpError('public_address_unknown');
      return { address };
    },
    amend: ({ id, body: submission, signer: device, now, commit }) =>
      commit((connection) => amendCase(connection, { id, profiles, submission, device, now })),
    answer: ({ id, body: answer, signer: device, now, commit }) =>
      commit((connection) => answerCase(connection, { id, profiles, answer, device, now })),
    withdraw: (call) => withdraw(services, call),
    uploadBegin: (call) => uploads.begin(call),
    uploadComplete: (call) => uploads.complete(call),
    documentRemove: (call) => removeDocumentOf(services, call),
    certificate: (call) => certify(services, call),
    caseList: ({ commit }) => commit(listCases),
    caseShow: ({ id, commit }) => commit((connection) => showCase(connection, { id, profiles })),
    caseDecide: (call) => decide(services, call),
  };
}

/**
 * Their handlers only compute before they commit, so that one which was received before comes to nothing there. A route
 * that is not listed is looked up first: a certificate would have been issued by then.
 */
export const routesThatCommitAtOnce: ReadonlySet<PlainRoute> = new Set<PlainRoute>([
  ...(['submit', 'follow', 'amend', 'answer', 'withdraw', 'documentRemove'] as const),
  ...(['caseList', 'caseShow', 'caseDecide'] as const),
]);

async function decide({ identity, issuer, publisher }: Services, call: SignedCall<Decision>) {
  const act = await readAct(identity, call);
  const { statement, claims } = act;
  const method = issuerMethodOf[claims.action];
  const decided = await call.commit(async (connection) => {
    const view = await decideCase(connection, act);
    // After the case took it, so that of two decisions only one gets here; before it is on the disk: a crash
    // in between leaves a decision that is repeated, never one that is forgotten.
    if (method !== null) await issuer.ask(method, { statement });
    return view;
  });
  // What has changed of a status is public at once.
  if (method === 'revoke' || method === 'suspend') await publisher.refresh();
  return decided;
}

/** What the issuer is told of each act; null: it has nothing to do with certificates. */
const issuerMethodOf: Readonly<Record<ReviewerAction, 'attest' | 'revoke' | 'suspend' | null>> = {
  attest: 'attest',
  renew: 'attest',
  reject: 'revoke',
  revoke: 'revoke',
  suspend: 'suspend',
  reinstate: 'suspend',
  file: null,
  verify: null,
  ask: null,
};

async function withdraw(services: Services, call: SignedCall<GatewayBody<'withdraw'>>) {
  const { identity, issuer, publisher } = services;
  const { withdrawal, note } = call.body;
  const { origin } = identity.configuration;
  const { claims, signer: withdrawalSigner } = await verifyWithdrawal({ withdrawal, origin });
  const { id, signer: device, now } = call;
  let [concernsIssuer, files]: [boolean, readonly string[]] = [false, []];
  const withdrawn = await call.commit(async (connection) => {
    const made = await withdrawCase(connection, {
      ...{ id, device, withdrawal, claims, withdrawalSigner, note, now },
    });
    ({ concernsIssuer, files } = made);
    if (concernsIssuer) await issuer.ask('withdraw', { withdrawal });
    return made.view;
  });
  if (concernsIssuer) await publisher.refresh();
  await services.vault.remove(files);
  return withdrawn;
}

async function removeDocumentOf({ vault }: Services, call: SignedCall<unknown>) {
  const { id, document, signer: device, now } = call;
  let file: string | undefined;
  const removed = await call.commit(async (connection) => {
    const made = await removeDocument(connection, { id, document, device, now });
    ({ file } = made);
    return made.view;
  });
  // Only now: were the row to come back, the file would be there.
  if (file !== undefined) await vault.remove([file]);
  return removed;
}

/** Newest first; every version that clients can fetch. */
function listed({ profiles }: Services): GatewayAnswer<'profileList'> {
  return {
    profiles: profiles
      .list()
      .map(({ document: { id, version } }) => ({ id, version }))
      .slice(0, MAX_LISTED_PROFILES),
  };
}

function notOffered(): never {
  throw httpError('profile_not_offered');
}

function unavailable(): never {
  throw httpError('checkpoint_unavailable');
}

async function certify(services: Services, { id, signer, commit }: SignedCall<unknown>) {
  const { issuer, database, identity, publisher } = services;
  const { statement, amends } = await attestedRegistration(database, { id, device: signer });
  const issued = await issuer.ask('issueCertificate', { statement, device: signer });
  // The list that is delivered with it says that what it amends is over.
  if (amends !== null) await publisher.refresh();
  return await commit(async (connection) => {
    const { jti, index: statusIndex, issuedAt, expiresAt } = issued;
    const noted = { jti, registration: id, device: signer, statusIndex, issuedAt, expiresAt };
    await noteCertificate(connection, noted);
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

type Decision = GatewayBody<'caseDecide'>;

async function readAct(identity: GatewayIdentity, call: SignedCall<Decision>): Promise<ReviewerAct> {
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
