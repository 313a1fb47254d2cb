import { CompactSign, compactVerify, importJWK, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import { CERTIFICATE_TYPE } from '#shared/registration/certificate.ts';
import { DEVICE_PROOF_TYPE, deviceProofClaims } from '#shared/registration/device-proof.ts';
import { acceptKeySet, KEY_SET_TYPE } from '#shared/registration/key-set.ts';
import { acceptStatusList, STATUS_LIST_TYPE } from '#shared/registration/status-list.ts';
import { thumbprint } from '#shared/registration/thumbprint.ts';
import { verifyRegistration } from '#shared/registration/verify-registration.ts';
import type { TestKey } from './issue.ts';
import {
  acceptedStatusList,
  certificateClaims,
  clockAt,
  issueKeySet,
  keySetClaims,
  makeScene,
  NOW,
  statusBytes,
} from './issue.ts';
import { calculateJwkThumbprint } from 'jose';

/** jose is an independent implementation: what it signs is what gateways and devices send. */
function joseSign(key: TestKey, typ: string, payload: object): Promise<string> {
  const header = { alg: 'Ed25519', typ, kid: key.kid };
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader(header)
    .sign(key.privateKey);
}

async function joseVerify(text: string, key: TestKey) {
  const publicKey = await importJWK(key.publicJwk, 'Ed25519');
  return compactVerify(text, publicKey, { algorithms: ['Ed25519'] });
}

describe('what jose signs is taken here', () => {
  test('key set, status list, certificate and device proof', async () => {
    const { gateway, device, endpoints, options } = makeScene();
    const { nonce, instance } = options.deviceProof;
    const primitives = nodePrimitives;
    const keySet = acceptKeySet({
      text: await joseSign(gateway.root, KEY_SET_TYPE, keySetClaims(gateway)),
      anchor: gateway.anchor,
      stored: undefined,
      clock: clockAt(NOW),
      primitives,
    });
    const list = acceptStatusList({
      text: await joseSign(gateway.statusKey, STATUS_LIST_TYPE, {
        iss: gateway.origin,
        sub: gateway.statusListUri,
        iat: NOW,
        exp: NOW + 3600,
        ttl: 60,
        status_list: { bits: 2, lst: statusBytes(64) },
      }),
      keySet,
      stored: undefined,
      clock: clockAt(NOW),
      primitives,
    });
    const certificate = await new SignJWT(certificateClaims(gateway, device, endpoints))
      .setProtectedHeader({ alg: 'Ed25519', typ: CERTIFICATE_TYPE, kid: gateway.certificateKey.kid })
      .sign(gateway.certificateKey.privateKey);
    const claims = deviceProofClaims({ ...options, certificate, nonce, instance, now: NOW });
    const text = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'Ed25519', typ: DEVICE_PROOF_TYPE, jwk: device.publicJwk })
      .sign(device.privateKey);
    const result = verifyRegistration({
      ...options,
      certificate,
      deviceProof: { nonce, instance, text },
      keySets: [keySet],
      statusLists: new Map([[list.uri, list]]),
    });
    expect(result.kind).toBe('verified');
  });

  test('but not under the older algorithm name EdDSA', async () => {
    const { gateway, device, endpoints, options } = makeScene();
    const certificate = await new SignJWT(certificateClaims(gateway, device, endpoints))
      .setProtectedHeader({ alg: 'EdDSA', typ: CERTIFICATE_TYPE, kid: gateway.certificateKey.kid })
      .sign(gateway.certificateKey.privateKey);
    expect(verifyRegistration({ ...options, certificate })).toMatchObject({
      refusal: { code: 'algorithm_not_allowed' },
    });
  });
});

describe('what is taken here verifies with jose', () => {
  test('key set, status list, certificate and device proof', async () => {
    const { gateway, device, options } = makeScene();
    expect(verifyRegistration(options).kind).toBe('verified');
    const tokens = [
      { text: issueKeySet(gateway), key: gateway.root, typ: KEY_SET_TYPE },
      { text: acceptedStatusList(gateway).text, key: gateway.statusKey, typ: STATUS_LIST_TYPE },
      { text: options.certificate, key: gateway.certificateKey, typ: CERTIFICATE_TYPE },
      { text: options.deviceProof.text, key: device, typ: DEVICE_PROOF_TYPE },
    ];
    for (const { text, key, typ } of tokens) {
      expect((await joseVerify(text, key)).protectedHeader).toMatchObject({ alg: 'Ed25519', typ });
    }
  });

  test('and names keys alike', async () => {
    const { device } = makeScene();
    expect(thumbprint(device.publicJwk, nodePrimitives)).toBe(await calculateJwkThumbprint(device.publicJwk));
  });
});
