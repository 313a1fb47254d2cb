import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodePrimitives } from '#gateway/key/node-primitives.ts';
import { verifyChain } from '#gateway/case/audit.ts';
import { parseAnchor } from '#shared/contract/anchor-file.ts';
import type { CaseView, RegistrationView } from '#shared/contract/gateway-contract.ts';
import {
  certificateSchema,
  readCertificate,
  type CertificateClaims,
} from '#shared/registration/certificate.ts';
import { openPayload } from '#shared/registration/compact-jws.ts';
import { acceptKeySet, findKey, type VerifiedKeySet } from '#shared/registration/key-set.ts';
import { builtInPolicy } from '#shared/registration/policy.ts';
import { acceptStatusList, type VerifiedStatusList } from '#shared/registration/status-list.ts';
import { checkRegistration } from '#shared/registration/verify-registration.ts';
import { makeSigner, nowSeconds, send, startGateway, submissionOf } from './running-gateway.ts';
import type { RunningGateway, Signer } from './running-gateway.ts';

let gateway: RunningGateway;
let device: Signer;
let id: string;
let keySet: VerifiedKeySet;
let list: VerifiedStatusList;
let certificate: string;
let claims: CertificateClaims;

beforeAll(async () => {
  gateway = await startGateway();
  device = await makeSigner();
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

const clock = () => ({ now: nowSeconds(), floor: nowSeconds() - 86_400 });
const follow = () => send(gateway, { method: 'GET', path: `/v1/registration/${id}`, signer: device });
const askCertificate = (signer = device) =>
  send(gateway, { method: 'POST', path: `/v1/registration/${id}/certificate`, body: {}, signer });

function wouldOpen(): string | undefined {
  const refusal = checkRegistration({
    certificate,
    endpoints: [{ publicKey: claims.endpoints[0]?.public_key ?? '', host: 'vpn.example', port: 51_820 }],
    keySets: [keySet],
    statusLists: new Map([[list.uri, list]]),
    policy: builtInPolicy,
    clock: clock(),
    primitives: nodePrimitives,
  });
  return refusal?.code;
}

describe('a registration, from submission to revocation', () => {
  it('is submitted, its fields normalised', async () => {
    const answer = await send(gateway, {
      method: 'POST',
      path: '/v1/registration',
      body: submissionOf(device),
      signer: device,
    });
    expect(answer.status).toBe(200);
    const view = answer.json<RegistrationView>();
    expect(view).toMatchObject({ state: 'submitted', route: 'B', note: null });
    ({ id } = view);
    const shown = await gateway.review('show', id);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      case: { fields: { mobile_number: '+923001234567' }, devices: [device.keyId] },
    });
  });

  it('is followed by its device, and has no certificate yet', async () => {
    expect((await follow()).json()).toMatchObject({ id, state: 'submitted' });
    expect((await askCertificate()).problem()).toMatchObject({ status: 409, code: 'not_attested' });
  });

  it('stands in the reviewers’ list and is attested', async () => {
    const listed = JSON.parse((await gateway.review('list')).stdout) as { cases: { id: string }[] };
    expect(listed.cases.map((listedCase) => listedCase.id)).toEqual([id]);
    const { content } = JSON.parse((await gateway.review('show', id)).stdout) as { content: string };
    const mistaken = await gateway.review(
      ...['attest', id, '--authority', 'pk-pta', '--content', content.replaceAll(/./g, '0')],
    );
    expect(JSON.parse(mistaken.stdout)).toMatchObject({ problem: { code: 'case_differs' } });
    expect((await follow()).json()).toMatchObject({ state: 'submitted' });
    const attested = await gateway.review(
      ...['attest', id, '--content', content],
      '--authority',
      'pk-pta',
      '--decided-at',
      '2026-11-20',
    );
    expect(attested).toMatchObject({ code: 0 });
    expect((await follow()).json()).toMatchObject({ state: 'attested' });
  });

  it('gets a certificate, with the current list and key set beside it', async () => {
    const answer = await askCertificate();
    expect(answer.status).toBe(200);
    const delivered = answer.json<{ certificate: string; status_list: string; key_set: string }>();
    ({ certificate } = delivered);
    const anchor = parseAnchor((await send(gateway, { method: 'GET', path: '/v1/anchor' })).text);
    keySet = acceptKeySet({
      ...{ text: delivered.key_set, anchor, stored: undefined },
      ...{ clock: clock(), primitives: nodePrimitives },
    });
    list = acceptStatusList({
      ...{ text: delivered.status_list, keySet, stored: undefined },
      ...{ clock: clock(), primitives: nodePrimitives },
    });
    const unverified = readCertificate(certificate);
    const key = findKey(keySet, unverified.key);
    claims = certificateSchema.parse(
      openPayload(unverified, key?.publicKey ?? new Uint8Array(), nodePrimitives),
    );
    expect(claims).toMatchObject({ sub: id, cnf: { jkt: device.keyId }, assurance: 'attested' });
    expect(wouldOpen()).toBeUndefined();
  });

  it('has a certificate that jose verifies too', async () => {
    const issuer = join(gateway.directory, 'issuer/certificate.key.json');
    const { kty, crv, x } = JSON.parse(readFileSync(issuer, 'utf8')) as {
      kty: 'OKP';
      crv: string;
      x: string;
    };
    const verified = await compactVerify(certificate, await importJWK({ kty, crv, x }, 'Ed25519'));
    expect(JSON.parse(new TextDecoder().decode(verified.payload))).toEqual(claims);
    expect(decodeProtectedHeader(certificate)).toMatchObject({ alg: 'Ed25519', typ: 'vpn-registration+jwt' });
  });

  it('keeps key set and list public', async () => {
    const published = await send(gateway, { method: 'GET', path: '/v1/key-set' });
    expect(published.text).toBe(keySet.text);
    expect(published.contentType).toContain('application/jwt');
  });

  it('is revoked; the list says so at once, and no further certificate is given', async () => {
    const revoked = await gateway.review('revoke', id, '--note', 'the authority withdrew its decision');
    expect(revoked).toMatchObject({ code: 0 });
    const { text } = await send(gateway, { method: 'GET', path: '/v1/status-list/1' });
    list = acceptStatusList({ text, keySet, stored: list, clock: clock(), primitives: nodePrimitives });
    expect(list.statusAt(claims.status.status_list.idx)).toBe(1);
    expect(wouldOpen()).toBe('registration_revoked');
    expect((await askCertificate()).problem().code).toBe('not_attested');
    expect((await follow()).json()).toMatchObject({
      state: 'revoked',
      note: 'the authority withdrew its decision',
    });
  });

  it('has a history that verifies', async () => {
    const { case: shown } = JSON.parse((await gateway.review('show', id)).stdout) as { case: CaseView };
    expect(shown.audit.map(({ action }) => action)).toEqual(['submit', 'attest', 'certificate', 'revoke']);
    const entries = shown.audit.map((entry) => Object.assign(entry, { registration: id }));
    expect(verifyChain(entries, []).kind).toBe('intact');
  });

  it('cannot be revoked twice, attested again or rejected', async () => {
    const again = [
      await gateway.review('revoke', id, '--note', 'again'),
      await gateway.review('attest', id, '--authority', 'pk-pta'),
      await gateway.review('reject', id, '--note', 'too late'),
    ];
    for (const outcome of again) {
      expect(outcome.code).toBe(5);
      expect(JSON.parse(outcome.stdout)).toMatchObject({ problem: { code: 'state_conflict' } });
    }
  });

  it('leaves no personal data in the log', () => {
    expect(gateway.log()).toMatch(/"route":"\/v1\/registration\/:id\/certificate","status":200/);
    for (const secret of ['3001234567', 'software client', id, device.keyId, '127.0.0.1']) {
      expect(gateway.log()).not.toContain(secret);
    }
  });
});

describe('another registration', () => {
  it('is rejected with the reviewer’s words', async () => {
    const other = await makeSigner();
    const submitted = await send(gateway, {
      method: 'POST',
      path: '/v1/registration',
      body: submissionOf(other),
      signer: other,
    });
    const submittedId = submitted.json<RegistrationView>().id;
    const { code } = await gateway.review('reject', submittedId, '--note', 'number not in use');
    expect(code).toBe(0);
    const followed = await send(gateway, {
      method: 'GET',
      path: `/v1/registration/${submittedId}`,
      signer: other,
    });
    expect(followed.json()).toMatchObject({ state: 'rejected', note: 'number not in use' });
  });
});
