import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readKeyFile } from '#gateway/key/key-file.ts';
import { signJws } from '#gateway/key/sign-jws.ts';
import { STATEMENT_TYPE } from '#gateway/issuer/statement.ts';
import type { Attestation, RegistrationView } from '#shared/contract/gateway-contract.ts';
import {
  makeSigner,
  nowSeconds,
  send,
  startGateway,
  submissionOf,
  type RunningGateway,
  type Signer,
  type TestAnswer,
  type TestRequest,
} from '../running-gateway.ts';

let gateway: RunningGateway;
let device: Signer;
let stranger: Signer;
let reviewer: Signer;
let secondReviewer: Signer;
let id: string;

const reviewerFrom = (name: string): Signer => {
  const key = readKeyFile(join(gateway.directory, `reviewer/${name}.key.json`));
  return { keyId: key.kid, jwk: key.publicJwk, privateKey: key.privateKey };
};
const submit = (changes: Partial<TestRequest> = {}): Promise<TestAnswer> =>
  send(gateway, {
    method: 'POST',
    path: '/v1/registration',
    body: submissionOf(device),
    signer: device,
    ...changes,
  });
const follow = (changes: Partial<TestRequest> = {}): Promise<TestAnswer> =>
  send(gateway, { method: 'GET', path: `/v1/registration/${id}`, signer: device, ...changes });
const caseIds = async (): Promise<readonly string[]> => {
  const answer = await send(gateway, { method: 'GET', path: '/v1/case', signer: reviewer });
  return answer.json<{ cases: { id: string }[] }>().cases.map((listed) => listed.id);
};

beforeAll(async () => {
  gateway = await startGateway();
  [device, stranger] = [await makeSigner(), await makeSigner()];
  [reviewer, secondReviewer] = [reviewerFrom('reviewer'), reviewerFrom('second')];
  await submit({ body: submissionOf(stranger), signer: stranger });
  id = (await submit()).json<RegistrationView>().id;
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

describe('a forged or damaged request', () => {
  const body = (): string => JSON.stringify(submissionOf(device));
  const nonce = randomBytes(16).toString('base64url');

  it.each<[string, string, number, () => Promise<TestAnswer>]>([
    ['unsigned', 'signature_missing', 401, () => follow({ headers: { signature: undefined } })],
    [
      'with a signature that is none',
      'signature_malformed',
      401,
      () => follow({ headers: { signature: 'x' } }),
    ],
    [
      'without signature input',
      'signature_malformed',
      401,
      () => follow({ headers: { 'signature-input': undefined } }),
    ],
    [
      'with a changed body',
      'content_digest_wrong',
      400,
      () => submit({ sentBody: body().replace('freelancer', 'company') }),
    ],
    [
      'with a changed body and its digest',
      'signature_invalid',
      401,
      () =>
        submit({
          sentBody: '{}',
          path: `/v1/registration/${id}/certificate`,
          headers: { 'content-digest': 'sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:' },
        }),
    ],
    [
      'with an added query',
      'signature_invalid',
      401,
      () => follow({ sentPath: `/v1/registration/${id}?a=b` }),
    ],
    [
      'for another path',
      'signature_invalid',
      401,
      () => follow({ path: '/v1/registration/x', sentPath: `/v1/registration/${id}` }),
    ],
    [
      'signed for another gateway',
      'signature_invalid',
      401,
      () => follow({ signedOrigin: 'https://evil.example' }),
    ],
    [
      'of a key that is not known here',
      'signing_key_unknown',
      401,
      async () => follow({ signer: await makeSigner() }),
    ],
    [
      'of one key under the name of another',
      'signature_invalid',
      401,
      () => follow({ keyId: stranger.keyId }),
    ],
    ['signed too long ago', 'signature_time_wrong', 401, () => follow({ created: nowSeconds() - 310 })],
    ['signed in the future', 'signature_time_wrong', 401, () => follow({ created: nowSeconds() + 310 })],
    ['with a short nonce', 'signature_malformed', 401, () => follow({ nonce: 'short' })],
    [
      'with a digest of another algorithm',
      'content_digest_wrong',
      400,
      () => submit({ headers: { 'content-digest': 'md5=:AA==:' } }),
    ],
    [
      'with another content type',
      'content_type_wrong',
      415,
      () => submit({ headers: { 'content-type': 'text/plain' } }),
    ],
    ['with malformed JSON', 'body_malformed', 400, () => submit({ body: '{"profile":' })],
    ['with a member given twice', 'body_malformed', 400, () => submit({ body: '{"device":1,"device":2}' })],
    [
      'with members nobody asked for',
      'body_invalid',
      422,
      () => submit({ body: { ...submissionOf(device), admin: true } }),
    ],
    ['with a body over 64 KiB', 'body_too_large', 413, () => submit({ body: { x: 'x'.repeat(70_000) } })],
    [
      'with a changed Idempotency-Key',
      'signature_invalid',
      401,
      () => submit({ headers: { 'idempotency-key': `"${randomUUID()}"` } }),
    ],
    [
      'with an Idempotency-Key of another form',
      'idempotency_key_malformed',
      400,
      () => submit({ idempotencyKey: 'a b' }),
    ],
    ['for an address that is not there', 'route_unknown', 404, () => follow({ path: '/v2/registration' })],
    ['of the wrong method', 'route_unknown', 404, () => follow({ path: '/v1/registration' })],
    [
      'of a device where a reviewer is asked for',
      'signing_key_unknown',
      401,
      () => follow({ path: '/v1/case' }),
    ],
    [
      'of a reviewer where a device is asked for',
      'signing_key_unknown',
      401,
      () => follow({ signer: reviewer }),
    ],
    [
      'that brings another key than it is signed with',
      'signing_key_unknown',
      401,
      () => submit({ body: submissionOf(stranger) }),
    ],
  ])('%s is refused as %s', async (_name, code, status, request) => {
    const before = await caseIds();
    const answer = await request();
    expect(answer.problem()).toMatchObject({ code, status });
    expect(answer.status).toBe(status);
    expect(answer.contentType).toContain('application/problem+json');
    expect(Math.abs(answer.problem().server_time - nowSeconds())).toBeLessThan(5);
    expect(await caseIds()).toEqual(before);
  });

  it('replayed is refused, whatever method it has', async () => {
    expect((await follow({ nonce })).status).toBe(200);
    expect((await follow({ nonce })).problem().code).toBe('nonce_replayed');
    const once = { nonce: randomBytes(16).toString('base64url'), idempotencyKey: randomUUID() };
    expect((await submit(once)).status).toBe(200);
    expect((await submit(once)).problem().code).toBe('nonce_replayed');
  });

  it('refused once stays refused when sent again by somebody else', async () => {
    const path = `/v1/registration/${id}/certificate`;
    const once = { nonce: randomBytes(16).toString('base64url'), path, body: {} };
    expect((await submit(once)).problem().code).toBe('not_attested');
    expect((await submit(once)).problem().code).toBe('nonce_replayed');
  });

  it('may have the nonce of another key', async () => {
    const shared = randomBytes(16).toString('base64url');
    expect((await follow({ nonce: shared })).status).toBe(200);
    expect((await follow({ nonce: shared, signer: reviewer, path: '/v1/case' })).status).toBe(200);
  });

  it('is not told apart by its Host header, which means nothing here', async () => {
    expect((await follow({ headers: { host: 'evil.example' } })).status).toBe(200);
  });

  it('that is no HTTP gets a problem too', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(gateway.port, '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => {
        resolve(text);
      });
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*"code":"request_malformed"/);
  });
});

describe('somebody else’s registration', () => {
  it('is answered exactly like one that does not exist', async () => {
    const [others, none, nonsense] = [
      await follow({ signer: stranger }),
      await follow({ signer: stranger, path: `/v1/registration/${randomUUID()}` }),
      await follow({ signer: stranger, path: '/v1/registration/..%2f' }),
    ];
    expect(others.problem()).toMatchObject({ status: 404, code: 'registration_unknown' });
    const withoutTime = (answer: TestAnswer) => ({ ...answer.problem(), server_time: 0 });
    expect(withoutTime(none)).toEqual(withoutTime(others));
    expect(withoutTime(nonsense)).toEqual(withoutTime(others));
  });

  it('yields no certificate', async () => {
    const answer = await send(gateway, {
      ...{ method: 'POST', path: `/v1/registration/${id}/certificate` },
      ...{ body: {}, signer: stranger },
    });
    expect(answer.problem().code).toBe('registration_unknown');
  });
});

describe('the same submission twice', () => {
  it('under one Idempotency-Key makes one case, also when both arrive at once', async () => {
    const before = (await caseIds()).length;
    const idempotencyKey = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => submit({ idempotencyKey })));
    const later = await submit({ idempotencyKey });
    const ids = [...answers, later].map((answer) => answer.json<RegistrationView>().id);
    expect(new Set(ids).size).toBe(1);
    expect(await caseIds()).toHaveLength(before + 1);
  });

  it('with another body under that key is refused', async () => {
    const idempotencyKey = randomUUID();
    await submit({ idempotencyKey });
    const other = await submit({ idempotencyKey, body: submissionOf(device, { category: 'company' }) });
    expect(other.problem().code).toBe('idempotency_key_reused');
  });
});

describe('a submission', () => {
  it('with several faults names them all', async () => {
    const answer = await submit({ body: submissionOf(device, { fields: { mobile_number: '123' } }) });
    expect(answer.json()).toMatchObject({
      code: 'submission_incomplete',
      missing: ['full_name', 'cnic', 'client_name', 'purpose'],
      invalid: [{ field: 'mobile_number' }],
    });
  });

  it.each([
    [{ host: 'VPN.example' }, 'endpoint_not_canonical'],
    [{ host: '[2001:db8::1]' }, 'endpoint_not_canonical'],
    [{ host: '2001:0db8::1' }, 'endpoint_not_canonical'],
    [{ public_key: 'x'.repeat(44) }, 'endpoint_not_canonical'],
    [{ port: 0 }, 'body_invalid'],
  ])('with the endpoint %j is refused', async (change, code) => {
    const [endpoint] = submissionOf(device).endpoints;
    if (endpoint === undefined) throw new Error('a submission has an endpoint');
    const answer = await submit({ body: submissionOf(device, { endpoints: [{ ...endpoint, ...change }] }) });
    expect(answer.problem().code).toBe(code);
  });

  it('for an authority that is not served here is refused', async () => {
    const answer = await submit({ body: submissionOf(device, { profile: 'om-tra@1' }) });
    expect(answer.problem().code).toBe('profile_unknown');
  });
});

describe('a reviewer’s statement', () => {
  const claims = (changes: Partial<Attestation> = {}): Attestation => ({
    ...{ ver: 1, iss: gateway.origin, sub: id, iat: nowSeconds(), action: 'attest' },
    endpoints: submissionOf(device).endpoints,
    devices: [device.keyId],
    decision: {
      ...{ authority: 'pk-pta', profile: 'pk-pta@1', route: 'B' },
      ...{ category: 'freelancer', decided_at: 1_790_000_000 },
    },
    assurance: 'attested',
    ...changes,
  });
  const statementOf = (changes: Partial<Attestation>, by: Signer) =>
    signJws({
      typ: STATEMENT_TYPE,
      claims: claims(changes),
      key: { kid: by.keyId, publicJwk: by.jwk, privateKey: by.privateKey },
    });
  const decide = (statement: string, signer = reviewer) =>
    send(gateway, { method: 'POST', path: `/v1/case/${id}/decision`, body: { statement }, signer });

  const [endpoint] = [
    { public_key: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', host: 'evil.example', port: 1 },
  ];

  it.each<[string, string, () => Promise<TestAnswer>]>([
    ['by a stranger', 'statement_reviewer_unknown', async () => decide(await statementOf({}, stranger))],
    ['by the applicant', 'statement_reviewer_unknown', async () => decide(await statementOf({}, device))],
    [
      'by a stranger under the reviewer’s name',
      'statement_signature_invalid',
      async () => decide(await statementOf({}, { ...stranger, keyId: reviewer.keyId })),
    ],
    [
      'by another reviewer than the one who sends it',
      'statement_signer_differs',
      async () => decide(await statementOf({}, secondReviewer)),
    ],
    [
      'about another registration',
      'statement_registration_differs',
      async () => decide(await statementOf({ sub: randomUUID() }, reviewer)),
    ],
    [
      'for another gateway',
      'statement_issuer_differs',
      async () => decide(await statementOf({ iss: 'https://evil.example' }, reviewer)),
    ],
    [
      'of yesterday',
      'statement_not_fresh',
      async () => decide(await statementOf({ iat: nowSeconds() - 86_400 }, reviewer)),
    ],
    [
      'over other endpoints',
      'statement_case_differs',
      async () => decide(await statementOf({ endpoints: [endpoint] }, reviewer)),
    ],
    [
      'over other devices',
      'statement_case_differs',
      async () => decide(await statementOf({ devices: [stranger.keyId] }, reviewer)),
    ],
    [
      'over no endpoints',
      'statement_case_differs',
      async () => decide(await statementOf({ endpoints: [] }, reviewer)),
    ],
    [
      'that revokes what is not attested',
      'state_conflict',
      async () => decide(await statementOf({ action: 'revoke' }, reviewer)),
    ],
    ['that is none', 'statement_malformed', () => decide('a.b.c')],
    ['sent by a device', 'signing_key_unknown', async () => decide(await statementOf({}, reviewer), device)],
  ])('%s is refused as %s', async (_name, code, request) => {
    expect((await request()).problem().code).toBe(code);
    expect((await follow()).json()).toMatchObject({ state: 'submitted' });
  });

  it('counts once when two reviewers act at the same time', async () => {
    const answers = await Promise.all([
      decide(await statementOf({}, reviewer)),
      decide(await statementOf({ action: 'reject', note: 'no' }, secondReviewer), secondReviewer),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });
});
