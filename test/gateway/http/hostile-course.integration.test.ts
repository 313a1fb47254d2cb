import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  reviewerActions,
  type Attestation,
  type CaseView,
  type RegistrationView,
} from '#shared/contract/gateway-contract.ts';
import {
  act,
  amend,
  answer,
  decide,
  follow,
  reviewerOf,
  statementOf,
  submit,
  withdraw,
  withdrawalOf,
} from '../reviewing.ts';
import {
  makeSigner,
  nowSeconds,
  send,
  startGateway,
  submissionOf,
  type RunningGateway,
  type Signer,
  type TestAnswer,
} from '../running-gateway.ts';

let gateway: RunningGateway;
let device: Signer;
let stranger: Signer;
let reviewer: Signer;
let id: string;

beforeAll(async () => {
  gateway = await startGateway();
  [device, stranger] = [await makeSigner(), await makeSigner()];
  reviewer = reviewerOf(gateway, 'reviewer');
  await submit(gateway, stranger);
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

const review = (changes: Partial<Attestation>) => decide(gateway, { id, device, reviewer }, changes);
const show = async () =>
  (await send(gateway, { method: 'GET', path: `/v1/case/${id}`, signer: reviewer })).json<CaseView>();
async function newCase(...steps: readonly Partial<Attestation>[]): Promise<void> {
  id = (await submit(gateway, device)).json<RegistrationView>().id;
  for (const step of steps) expect((await review(step)).status).toBe(200);
}

describe('somebody else’s registration', () => {
  beforeEach(async () => {
    await newCase({ action: 'ask', note: 'Which?' });
  });

  it.each<[string, (one: string) => Promise<TestAnswer>]>([
    ['an answer', (one) => answer(gateway, stranger, one)],
    ['an amendment', (one) => amend(gateway, stranger, one)],
    ['a withdrawal', (one) => withdraw(gateway, stranger, one)],
    ['a removal', (one) => act(gateway, stranger, `${one}/document/${randomUUID()}/removal`)],
    [
      'a stream',
      (one) => send(gateway, { method: 'GET', path: `/v1/registration/${one}/event`, signer: stranger }),
    ],
  ])('takes %s like one that does not exist', async (_name, request) => {
    const before = await show();
    const answers = [await request(id), await request(randomUUID()), await request('x')];
    for (const answered of answers) {
      expect({ ...answered.problem(), server_time: 0 }).toEqual({ ...answers[0]?.problem(), server_time: 0 });
      expect(answered.problem()).toMatchObject({ status: 404, code: 'registration_unknown' });
    }
    expect(await show()).toEqual(before);
  });
});

describe('an act of a registrant', () => {
  beforeEach(async () => {
    await newCase({ action: 'ask', note: 'Which?' });
  });

  it.each<[string, string, () => Promise<TestAnswer>]>([
    ['an answer without words', 'body_invalid', () => answer(gateway, device, id, { text: '' })],
    [
      'an answer without an end',
      'body_invalid',
      () => answer(gateway, device, id, { text: 'x'.repeat(2001) }),
    ],
    [
      'an answer with more than is asked',
      'body_invalid',
      () => answer(gateway, device, id, { text: 'x', state: 'attested' }),
    ],
    [
      'an answer that changes the endpoints',
      'body_invalid',
      () => answer(gateway, device, id, { text: 'x', endpoints: [] }),
    ],
    [
      'a field called __proto__',
      'submission_incomplete',
      () => answer(gateway, device, id, '{"text":"x","fields":{"__proto__":"x","constructor":"y"}}'),
    ],
    ['an answer by a reviewer', 'signing_key_unknown', () => answer(gateway, reviewer, id)],
    [
      'a withdrawal that is signed for another registration',
      'withdrawal_differs',
      () =>
        act(gateway, device, `${id}/withdrawal`, { withdrawal: withdrawalOf(gateway, device, randomUUID()) }),
    ],
    [
      'a withdrawal that another device has signed',
      'withdrawal_differs',
      () => act(gateway, device, `${id}/withdrawal`, { withdrawal: withdrawalOf(gateway, stranger, id) }),
    ],
    [
      'a withdrawal of yesterday',
      'withdrawal_not_fresh',
      () =>
        act(gateway, device, `${id}/withdrawal`, {
          withdrawal: withdrawalOf(gateway, device, id, { iat: nowSeconds() - 86_400 }),
        }),
    ],
    [
      'a withdrawal for another gateway',
      'withdrawal_malformed',
      () =>
        act(gateway, device, `${id}/withdrawal`, {
          withdrawal: withdrawalOf(gateway, device, id, { iss: 'https://x.example' }),
        }),
    ],
    [
      'a withdrawal that is none',
      'withdrawal_malformed',
      () => act(gateway, device, `${id}/withdrawal`, { withdrawal: 'a.b.c' }),
    ],
    [
      'a withdrawal without its statement',
      'body_invalid',
      () => act(gateway, device, `${id}/withdrawal`, {}),
    ],
    ['an amendment of what is not attested', 'state_conflict', () => amend(gateway, device, id)],
    [
      'an amendment with another key than it is signed with',
      'signing_key_unknown',
      () => act(gateway, device, `${id}/amendment`, submissionOf(stranger)),
    ],
    [
      'a removal of what is no document',
      'document_unknown',
      () => act(gateway, device, `${id}/document/x/removal`),
    ],
  ])('as %s is refused as %s and changes nothing', async (_name, code, request) => {
    const before = await show();
    expect((await request()).problem().code).toBe(code);
    expect(await show()).toEqual(before);
  });

  it('counts once, however often it is sent', async () => {
    const path = `/v1/registration/${id}/answer`;
    const once = { nonce: randomBytes(16).toString('base64url'), idempotencyKey: randomUUID() };
    const request = { method: 'POST', path, body: { text: 'Here.' }, signer: device } as const;
    const first = await send(gateway, { ...request, ...once });
    expect(first.status).toBe(200);
    expect((await send(gateway, { ...request, ...once })).problem().code).toBe('nonce_replayed');
    const again = await send(gateway, { ...request, idempotencyKey: once.idempotencyKey });
    expect(again.text).toBe(first.text);
    expect((await follow(gateway, device, id)).json<RegistrationView>().thread).toHaveLength(2);
    const other = await send(gateway, {
      ...request,
      body: { text: 'There.' },
      idempotencyKey: once.idempotencyKey,
    });
    expect(other.problem().code).toBe('idempotency_key_reused');
  });

  it('that was refused does not begin to work later', async () => {
    await newCase();
    const path = `/v1/registration/${id}/answer`;
    const once = { nonce: randomBytes(16).toString('base64url'), idempotencyKey: randomUUID() };
    const request = { method: 'POST', path, body: { text: 'Here.' }, signer: device, ...once } as const;
    expect((await send(gateway, request)).problem().code).toBe('state_conflict');
    await review({ action: 'ask', note: 'Which?' });
    expect((await send(gateway, request)).problem().code).toBe('nonce_replayed');
  });
});

describe('a reviewer’s act', () => {
  beforeEach(async () => {
    await newCase();
  });

  it.each(reviewerActions)('%s is not taken from a device, however it is signed', async (action) => {
    const before = await show();
    const forged = { id, device, reviewer: device };
    const statement = await statementOf(gateway, forged, { action, note: 'x' });
    const path = `/v1/case/${id}/decision`;
    const byDevice = await send(gateway, { method: 'POST', path, body: { statement }, signer: device });
    expect(byDevice.problem().code).toBe('signing_key_unknown');
    const passedOn = await send(gateway, { method: 'POST', path, body: { statement }, signer: reviewer });
    expect(passedOn.problem().code).toBe('statement_reviewer_unknown');
    expect(await show()).toEqual(before);
  });

  it.each(reviewerActions)('%s of yesterday, or of another case, is refused', async (action) => {
    const before = await show();
    const stale = await review({ action, note: 'x', iat: nowSeconds() - 86_400 });
    expect(stale.problem().code).toBe('statement_not_fresh');
    const elsewhere = await review({ action, note: 'x', sub: randomUUID() });
    expect(elsewhere.problem().code).toBe('statement_registration_differs');
    expect(await show()).toEqual(before);
  });

  it('that is not one of the list is none', async () => {
    expect((await review({ action: 'approve' as never })).problem().code).toBe('statement_malformed');
  });

  it('attesting with an amendment that the case is not, or without the one that it is, is refused', async () => {
    expect((await review({ amends: randomUUID() })).problem().code).toBe('statement_case_differs');
    expect((await review({})).status).toBe(200);
    const old = id;
    id = (await amend(gateway, device, old)).json<RegistrationView>().id;
    for (const amends of [undefined, id, randomUUID()]) {
      expect((await review(amends === undefined ? {} : { amends })).problem().code).toBe(
        'statement_case_differs',
      );
    }
    expect((await review({ amends: old })).status).toBe(200);
  });

  it('reinstating with a statement from before the suspension is refused by the issuer, and nothing changes', async () => {
    const [before, at] = [nowSeconds() - 20, nowSeconds()];
    await review({});
    await review({ action: 'suspend', note: 'x', iat: at });
    const shown = await show();
    for (const iat of [before, at]) {
      expect((await review({ action: 'reinstate', iat })).problem().code).toBe('statement_superseded');
    }
    expect(await show()).toEqual(shown);
  });
});

describe('the public address', () => {
  it('is told to anybody, and no header that a client sends changes it', async () => {
    const headers = {
      'x-forwarded-for': '203.0.113.7',
      forwarded: 'for=203.0.113.7',
      'x-real-ip': '203.0.113.7',
    };
    const asked = await send(gateway, { method: 'GET', path: '/v1/public-address', headers });
    expect(asked.json()).toEqual({ address: '127.0.0.1' });
  });

  it('behind a proxy is what the proxy says in the header that was named, and else unknown', async () => {
    const headers = { 'x-real-ip': '198.51.100.9, 203.0.113.7' };
    const ask = () => send(gateway, { method: 'GET', path: '/v1/public-address', headers });
    await gateway.stop('SIGTERM');
    await gateway.start([], ['--behind-proxy']);
    expect((await ask()).problem()).toMatchObject({ status: 404, code: 'public_address_unknown' });
    await gateway.stop('SIGTERM');
    await gateway.start([], ['--behind-proxy', '--client-address-header', 'X-Real-IP']);
    expect((await ask()).json()).toEqual({ address: '203.0.113.7' });
    await gateway.stop('SIGTERM');
    await expect(gateway.start([], ['--client-address-header', 'X-Real-IP'])).rejects.toThrow(
      'option_malformed',
    );
    await gateway.start();
    expect(gateway.log()).not.toContain('203.0.113.7');
  });
});
