import { createHash, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { verifySignature } from 'http-message-sig';
import { describe, expect, it } from 'vitest';
import {
  componentsWithBody,
  prepareSignature,
  signatureParameterNames,
} from '#shared/contract/request-signature.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const body = '{"hello":"world"}';
const request = {
  method: 'POST',
  targetUri: 'https://gateway.example/v1/registration',
  content: {
    sha256Base64: createHash('sha256').update(body).digest('base64'),
    idempotencyKey: '0f8fad5b-d9cb-469f-a165-70867728950e',
  },
  created: 1_700_000_000,
  keyId: 'poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqBXCXXrT0U',
  nonce: randomBytes(16).toString('base64url'),
} as const;

function verifyElsewhere(fields: Readonly<Record<string, string>>, targetUri: string) {
  const message = {
    kind: 'request',
    method: 'POST',
    targetUri,
    fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
  } as const;
  return verifySignature(message, {
    label: 'sanad',
    policy: {
      algorithms: ['ed25519'],
      requiredComponents: componentsWithBody,
      requiredParameters: signatureParameterNames,
      now: request.created,
    },
    resolveVerifier: () => ({
      algorithm: 'ed25519',
      verify: (data, signature) => verify(null, data, publicKey, signature),
    }),
  });
}

describe('request signature', () => {
  const prepared = prepareSignature(request);
  const fields = prepared.fields(sign(null, Buffer.from(prepared.base), privateKey).toString('base64'));

  it('is accepted by an independent implementation of RFC 9421', async () => {
    const verified = await verifyElsewhere(fields, request.targetUri);
    expect(verified.parameters).toMatchObject({
      created: request.created,
      keyid: request.keyId,
      nonce: request.nonce,
      tag: 'sanad-v1',
    });
  });

  it('is refused there for another target', async () => {
    await expect(verifyElsewhere(fields, 'https://other.example/v1/registration')).rejects.toMatchObject({
      code: 'VerificationFailed',
    });
  });

  it('covers neither digest nor idempotency key where there is no body', () => {
    const { base } = prepareSignature({
      method: 'GET',
      targetUri: request.targetUri,
      created: request.created,
      keyId: request.keyId,
      nonce: request.nonce,
    });
    expect(base.split('\n').map((line) => line.slice(0, line.indexOf(':')))).toEqual([
      '"@method"',
      '"@target-uri"',
      '"@signature-params"',
    ]);
  });
});
