import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClaims } from '#client/registration/read-certificate.ts';
import { nextState, transitions, type Action } from '#gateway/case/transition.ts';
import { verifyChain } from '#gateway/case/audit.ts';
import { gatewayFiles } from '#gateway/configuration.ts';
import { issuerAt } from '#gateway/issuer/client.ts';
import {
  registrationStates,
  reviewerActions,
  type CaseView,
  type RegistrationState,
  type RegistrationView,
  type ReviewerAction,
} from '#shared/contract/gateway-contract.ts';
import {
  addDocument,
  amend,
  answer,
  certify,
  decide,
  follow,
  pdfOf,
  reviewerOf,
  statementOf,
  submit,
  withdraw,
} from './reviewing.ts';
import {
  makeSigner,
  nowSeconds,
  send,
  startGateway,
  type RunningGateway,
  type Signer,
  type TestAnswer,
} from './running-gateway.ts';

let gateway: RunningGateway;
let device: Signer;
let reviewer: Signer;

beforeAll(async () => {
  gateway = await startGateway();
  device = await makeSigner();
  reviewer = reviewerOf(gateway, 'reviewer');
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

/** A reinstatement has to be signed later than the suspension: a second later, which no clock has to wait for. */
const later = () => ({ iat: nowSeconds() + 2 });
const review = (id: string, action: ReviewerAction, changes = {}) =>
  decide(gateway, { id, device, reviewer }, { action, note: `because of ${action}`, ...changes });
const view = async (id: string) => (await follow(gateway, device, id)).json<RegistrationView>();
const show = async (id: string) =>
  (await send(gateway, { method: 'GET', path: `/v1/case/${id}`, signer: reviewer })).json<CaseView>();

async function must(request: Promise<TestAnswer>): Promise<TestAnswer> {
  const answered = await request;
  expect(answered.status, answered.text).toBe(200);
  return answered;
}
const newCase = async () => (await must(submit(gateway, device))).json<RegistrationView>().id;

/** How a case gets into a state; `draft` is the client's own. */
const ways: Readonly<
  Record<RegistrationState, readonly ((id: string) => Promise<TestAnswer>)[] | undefined>
> = {
  draft: undefined,
  submitted: [],
  filed_with_authority: [(id) => review(id, 'file')],
  verifying: [(id) => review(id, 'verify')],
  needs_information: [(id) => review(id, 'ask')],
  attested: [(id) => review(id, 'attest')],
  rejected: [(id) => review(id, 'reject')],
  withdrawn: [(id) => withdraw(gateway, device, id)],
  suspended: [(id) => review(id, 'attest'), (id) => review(id, 'suspend')],
  revoked: [(id) => review(id, 'attest'), (id) => review(id, 'revoke')],
  ended: [(id) => review(id, 'attest'), (id) => withdraw(gateway, device, id)],
};
const reachable = registrationStates.filter((state) => ways[state] !== undefined);

async function caseIn(state: RegistrationState): Promise<string> {
  const id = await newCase();
  for (const step of ways[state] ?? []) await must(step(id));
  expect(await view(id)).toMatchObject({ state });
  return id;
}

/** Everything that somebody can ask for by an action of the table. */
const requests: Readonly<Partial<Record<Action, (id: string) => Promise<TestAnswer>>>> = {
  ...Object.fromEntries(
    reviewerActions.map((action) => [action, (id: string) => review(id, action, later())] as const),
  ),
  answer: (id) => answer(gateway, device, id),
  withdraw: (id) => withdraw(gateway, device, id),
  amend: (id) => amend(gateway, device, id),
  certificate: (id) => certify(gateway, device, id),
  add_document: (id) => addDocument(gateway, device, { id, content: pdfOf() }),
};
const roleOf = (action: Action) => transitions.find((row) => row.action === action)?.by ?? 'gateway';

describe.each(reachable)('a case that is %s', (state) => {
  it('refuses every action that the table does not have, and is as it was', async () => {
    const id = await caseIn(state);
    const before = await show(id);
    for (const [action, request] of Object.entries(requests) as [
      Action,
      (id: string) => Promise<TestAnswer>,
    ][]) {
      if (nextState(action, state, roleOf(action)) !== undefined) continue;
      const refused = await request(id);
      expect({ action, status: refused.status, code: refused.problem().code }).toEqual({
        ...{ action, status: 409 },
        code: action === 'certificate' ? 'not_attested' : 'state_conflict',
      });
    }
    expect(await show(id)).toEqual(before);
  });

  it('goes where the table says, with an entry in its history', async () => {
    for (const [action, request] of Object.entries(requests) as [
      Action,
      (id: string) => Promise<TestAnswer>,
    ][]) {
      const to = nextState(action, state, roleOf(action));
      if (to === undefined) continue;
      const id = await caseIn(state);
      await must(request(id));
      const after = await show(id);
      expect({ action, state: after.state, last: after.audit.at(-1)?.action }).toEqual({
        ...{ action, state: to, last: action },
      });
      const entries = after.audit.map((entry) => Object.assign(entry, { registration: id }));
      expect(verifyChain(entries, []).kind).toBe('intact');
    }
  });
});

describe('a question', () => {
  it('is answered with words and corrected fields, which both sides see', async () => {
    const id = await newCase();
    await must(review(id, 'ask', { note: 'Which number is it?' }));
    expect(await view(id)).toMatchObject({ state: 'needs_information', note: 'Which number is it?' });
    const text = 'It was mistyped.';
    await must(answer(gateway, device, id, { text, fields: { mobile_number: '0301-7654321' } }));
    await must(review(id, 'ask', { note: 'And since when?' }));
    const thread = [
      { sequence: 1, from: 'reviewer', text: 'Which number is it?' },
      { sequence: 2, from: 'registrant', text },
      { sequence: 3, from: 'reviewer', text: 'And since when?' },
    ];
    expect(await view(id)).toMatchObject({ thread, fields: { mobile_number: '+923017654321' } });
    expect(await show(id)).toMatchObject({ thread, fields: { mobile_number: '+923017654321' } });
  });

  it('is not answered by fields that the profile refuses', async () => {
    const id = await caseIn('needs_information');
    const before = await view(id);
    const bad = [{ mobile_number: '123' }, { mobile_number: '' }, { subscriber_id: 'S-1' }];
    for (const fields of bad) {
      const refused = await answer(gateway, device, id, { text: 'x', fields });
      expect(refused.problem()).toMatchObject({ status: 422, code: 'submission_incomplete' });
    }
    expect(await view(id)).toEqual(before);
  });

  it('has to ask something', async () => {
    const id = await newCase();
    for (const note of [undefined, '', '  ']) {
      expect((await review(id, 'ask', { note })).problem().code).toBe('question_missing');
    }
  });
});

const indexOf = (issued: TestAnswer) =>
  readClaims(issued.json<{ certificate: string }>().certificate)?.status.status_list.idx;

describe('a renewed attestation', () => {
  it('gives the device a new certificate at once; the former one is superseded', async () => {
    const id = await caseIn('attested');
    const former = await must(certify(gateway, device, id));
    await must(review(id, 'renew', later()));
    const renewed = await must(certify(gateway, device, id));
    expect(indexOf(renewed)).not.toBe(indexOf(former));
    expect((await show(id)).certificates.map(({ status }) => status).toSorted()).toEqual([
      'superseded',
      'valid',
    ]);
  });
});

describe('an amendment', () => {
  const endpoint = {
    public_key: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=',
    host: 'new.example',
    port: 51_820,
  };
  const attest = (id: string, amends: string) => review(id, 'attest', { amends, endpoints: [endpoint] });
  const amendTo = async (id: string) =>
    (await must(amend(gateway, device, id, { endpoints: [endpoint] }))).json<RegistrationView>();

  it('leaves the old registration as it is until its own certificate is fetched', async () => {
    const old = await caseIn('attested');
    await must(certify(gateway, device, old));
    const { id, amends } = await amendTo(old);
    expect(amends).toBe(old);
    expect(await view(old)).toMatchObject({ state: 'attested', amended_by: id });
    expect((await review(id, 'attest', { endpoints: [endpoint] })).problem().code).toBe(
      'statement_case_differs',
    );
    await must(attest(id, old));
    expect(await view(old)).toMatchObject({ state: 'attested' });
    await must(certify(gateway, device, old));
    const claims = readClaims(
      (await must(certify(gateway, device, id))).json<{ certificate: string }>().certificate,
    );
    expect(claims?.endpoints).toEqual([endpoint]);
    expect(await view(old)).toMatchObject({ state: 'ended', amended_by: id });
    expect((await show(old)).certificates.map(({ status }) => status)).toEqual(['revoked']);
    expect((await certify(gateway, device, old)).problem().code).toBe('not_attested');
    expect((await show(old)).audit.map(({ action }) => action).slice(-2)).toEqual(['amend', 'end']);
  });

  it('is one at a time, and one step at a time', async () => {
    const old = await caseIn('attested');
    const { id } = await amendTo(old);
    expect((await amend(gateway, device, old)).problem().code).toBe('amendment_open');
    await must(attest(id, old));
    expect((await amend(gateway, device, id)).problem().code).toBe('amendment_open');
    await must(certify(gateway, device, id));
    const next = (await must(amend(gateway, device, id))).json<RegistrationView>();
    expect(next.amends).toBe(id);
  });

  it('that came to nothing leaves room for another', async () => {
    const old = await caseIn('attested');
    const first = await amendTo(old);
    await must(review(first.id, 'reject'));
    const second = await amendTo(old);
    await must(withdraw(gateway, device, second.id));
    const third = await amendTo(old);
    await must(attest(third.id, old));
    await must(withdraw(gateway, device, third.id));
    expect(await view(old)).toMatchObject({ state: 'attested' });
    await must(amend(gateway, device, old));
  });

  it.each([
    ['revoked', (id: string) => review(id, 'revoke')],
    ['withdrawn', (id: string) => withdraw(gateway, device, id)],
  ] as const)('comes to nothing when what it amends is %s', async (_how, end) => {
    const [open, attested] = [await caseIn('attested'), await caseIn('attested')];
    const [ofOpen, ofAttested] = [await amendTo(open), await amendTo(attested)];
    await must(attest(ofAttested.id, attested));
    await must(end(open));
    await must(end(attested));
    expect(await view(ofOpen.id)).toMatchObject({ state: 'withdrawn' });
    expect(await view(ofAttested.id)).toMatchObject({ state: 'ended' });
    expect((await certify(gateway, device, ofAttested.id)).problem().code).toBe('not_attested');
    expect((await show(ofOpen.id)).audit.at(-1)).toMatchObject({ action: 'lapse', actor: 'gateway' });
  });

  it('is no way out of a suspension', async () => {
    const old = await caseIn('attested');
    const { id } = await amendTo(old);
    await must(attest(id, old));
    await must(review(old, 'suspend'));
    expect((await certify(gateway, device, id)).problem().code).toBe('registration_suspended');
    await must(review(old, 'reinstate', later()));
    await must(certify(gateway, device, id));
  });

  it('whose certificate got lost on its way is what a reviewer has to suspend, and is told so', async () => {
    const old = await caseIn('attested');
    const { id } = await amendTo(old);
    const statement = await statementOf(
      gateway,
      { id, device, reviewer },
      { amends: old, endpoints: [endpoint] },
    );
    await must(
      send(gateway, {
        ...{ method: 'POST', path: `/v1/case/${id}/decision`, signer: reviewer },
        body: { statement },
      }),
    );
    const issuer = issuerAt(join(gateway.directory, gatewayFiles.issuerSocket));
    await issuer.ask('issueCertificate', { statement, device: device.keyId });
    expect((await review(old, 'suspend')).problem()).toMatchObject({
      ...{ status: 409, code: 'registration_ended' },
    });
    expect(await view(old)).toMatchObject({ state: 'attested', amended_by: id });
    await must(review(id, 'suspend'));
    expect((await certify(gateway, device, id)).problem().code).toBe('not_attested');
  });
});

describe('a withdrawal', () => {
  it('reaches the status list at once, and its words the reviewers', async () => {
    const id = await caseIn('attested');
    await must(certify(gateway, device, id));
    const before = await send(gateway, { method: 'GET', path: '/v1/status-list/1' });
    await must(withdraw(gateway, device, id, 'The contract is over.'));
    const after = await send(gateway, { method: 'GET', path: '/v1/status-list/1' });
    expect(after.text).not.toBe(before.text);
    const shown = await show(id);
    expect(shown.certificates.map(({ status }) => status)).toEqual(['revoked']);
    expect(shown.thread).toMatchObject([{ from: 'registrant', text: 'The contract is over.' }]);
  });
});
