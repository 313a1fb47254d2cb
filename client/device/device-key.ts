import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { devicePublicJwkSchema } from '#shared/contract/gateway-contract.ts';
import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';
import { thumbprint, type PublicJwk } from '#shared/registration/thumbprint.ts';
import { withLock } from '../file/lock.ts';
import type { Keychain } from '../keychain.ts';
import { nodePrimitives } from '../node-primitives.ts';

/** Under which the keychain holds it. */
export const DEVICE_KEY_ACCOUNT = 'device-key';

const privateJwkSchema = devicePublicJwkSchema.extend({ d: z.string().length(43) });

/** This user's Ed25519 key on this machine. The private half never leaves keychain and process. */
export interface DeviceKey {
  readonly privateKey: KeyObject;
  readonly publicJwk: PublicJwk;
  /** RFC 7638: what certificates are bound to. */
  readonly keyId: string;
}

const problems = {
  device_key_missing: {
    kind: 'keychain',
    reason: 'The keychain no longer holds this computer’s key, which its registrations are bound to.',
    nextAction: 'Register again from this computer: sanad register NAME',
  },
  device_key_unreadable: {
    kind: 'keychain',
    reason: 'What the keychain holds as this computer’s key is not one.',
    nextAction: 'Delete the item "sanad device-key" in your keychain, then register again.',
  },
} as const satisfies ProblemCatalogue<string>;

interface DeviceKeyOptions {
  readonly keychain: Keychain;
  readonly configDirectory: string;
}

/** The key, made at its first need. One process at a time makes one, so that two never think theirs is kept. */
export async function deviceKeyOrNew(options: DeviceKeyOptions): Promise<DeviceKey> {
  const existing = await options.keychain.get(DEVICE_KEY_ACCOUNT);
  if (existing !== undefined) return parseKey(existing);
  return await withLock(join(options.configDirectory, 'device-key.lock'), async () => {
    const meanwhile = await options.keychain.get(DEVICE_KEY_ACCOUNT);
    if (meanwhile !== undefined) return parseKey(meanwhile);
    const made = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    const text = JSON.stringify({ kty: made.kty, crv: made.crv, x: made.x, d: made.d });
    await options.keychain.set(DEVICE_KEY_ACCOUNT, text);
    return parseKey(text);
  });
}

/** The key that a certificate is bound to; a missing one is never made up for. */
export async function deviceKey({ keychain }: DeviceKeyOptions): Promise<DeviceKey> {
  const text = await keychain.get(DEVICE_KEY_ACCOUNT);
  if (text === undefined) throw new SanadError(problemFrom(problems, 'device_key_missing'));
  return parseKey(text);
}

function parseKey(text: string): DeviceKey {
  try {
    const jwk = privateJwkSchema.parse(JSON.parse(text));
    const publicJwk: PublicJwk = { kty: jwk.kty, crv: jwk.crv, x: jwk.x };
    return {
      privateKey: createPrivateKey({ key: { ...jwk }, format: 'jwk' }),
      publicJwk,
      keyId: thumbprint(publicJwk, nodePrimitives),
    };
  } catch {
    // Without the cause: what could not be parsed is a secret.
    throw new SanadError(problemFrom(problems, 'device_key_unreadable'));
  }
}
