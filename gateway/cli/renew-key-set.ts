import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import {
  acceptKeySet,
  KEY_SET_TYPE,
  keySetSchema,
  restoreKeySet,
  type KeySetClaims,
  type VerifiedKeySet,
} from '#shared/registration/key-set.ts';
import { gatewayFiles } from '../configuration.ts';
import { readKeyFile, type SigningKey } from '../key/key-file.ts';
import { nodePrimitives } from '../key/node-primitives.ts';
import { signJws } from '../key/sign-jws.ts';
import { readIdentity } from './identity.ts';
import { commandError } from './problem.ts';

/** How long a signed key set is good for. */
export const KEY_SET_SECONDS = 366 * 86_400;

export interface RenewOptions {
  readonly dir: string;
  /** The root key's file, back from its offline medium for as long as this takes. */
  readonly root: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** Signs the same keys again, one version on and good for another year. Every client takes it for the next one. */
export async function renewKeySet({ dir, root, now }: RenewOptions): Promise<VerifiedKeySet> {
  const { anchor, keySet: text } = readIdentity(dir);
  const rootKey = rootOf(anchor, root);
  const before = restoreKeySet({ text, anchor, primitives: nodePrimitives });
  // Clients keep the newest signed time as the floor of their clocks: an earlier one is a clock that is wrong.
  if (now < before.issuedAt) throw commandError('clock_behind');
  const claims: KeySetClaims = {
    ...claimsOf(text),
    version: before.version + 1,
    iat: now,
    exp: now + KEY_SET_SECONDS,
  };
  const renewed = await signJws({ typ: KEY_SET_TYPE, claims, key: rootKey });
  const clock = { now, floor: now };
  // As every client reads it: what they would refuse is not published.
  const accepted = acceptKeySet({ text: renewed, anchor, stored: before, clock, primitives: nodePrimitives });
  replaceFile(join(dir, gatewayFiles.keySet), `${renewed}\n`);
  return accepted;
}

function rootOf(anchor: Anchor, file: string): SigningKey {
  const key = readKeyFile(file);
  if (!anchor.root_keys.some(({ x }) => x === key.publicJwk.x)) throw commandError('root_key_differs');
  return key;
}

/** Of a key set whose signature was verified. */
function claimsOf(text: string): KeySetClaims {
  const payload = Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8');
  return keySetSchema.parse(JSON.parse(payload));
}

/** The whole new file or the old one, whatever happens in between. */
function replaceFile(file: string, text: string): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, text, { mode: 0o644, flush: true });
  renameSync(temporary, file);
  const directory = openSync(dirname(file), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
