import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { devicePublicJwkSchema } from '#shared/contract/gateway-contract.ts';
import { thumbprint, type PublicJwk } from '#shared/registration/thumbprint.ts';
import { nodePrimitives } from './node-primitives.ts';
import { keyError } from './problem.ts';

/** An Ed25519 key that can sign. The private half stays inside the KeyObject, which prints no secret. */
export interface SigningKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly publicJwk: PublicJwk;
  readonly privateKey: KeyObject;
}

const OTHERS_MAY = 0o077;
const privateJwkSchema = devicePublicJwkSchema.extend({ d: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });

/** Makes a key and writes it to a file that must not exist yet, for its owner alone. */
export function createKeyFile(file: string): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const jwk = privateJwkSchema.parse(privateKey.export({ format: 'jwk' }));
  writeFileSync(file, `${JSON.stringify(jwk)}\n`, { flag: 'wx', mode: 0o600 });
  return signingKey(jwk);
}

/** Reads a key file; refuses one that others may read, as ssh does. */
export function readKeyFile(file: string): SigningKey {
  const parsed = privateJwkSchema.safeParse(parseJson(readOwnFile(file)));
  // No cause: the validation error would carry parts of the key.
  if (!parsed.success) throw keyError('key_file_malformed');
  return signingKey(parsed.data);
}

/** Thumbprint of a public key. */
export function thumbprintOf(jwk: Pick<PublicJwk, 'x'>): string {
  return thumbprint(jwk, nodePrimitives);
}

function signingKey(jwk: z.infer<typeof privateJwkSchema>): SigningKey {
  const publicJwk: PublicJwk = { kty: jwk.kty, crv: jwk.crv, x: jwk.x };
  const privateKey = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  return { kid: thumbprintOf(jwk), publicJwk, privateKey };
}

/** Refuses a file that others may read, as ssh does. */
export function readOwnFile(file: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    throw keyError('key_file_unreadable', error);
  }
  try {
    // On the open file: what is checked is what is read.
    if ((fstatSync(descriptor).mode & OTHERS_MAY) !== 0) throw keyError('key_file_exposed');
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may be half a key.
    return undefined;
  }
}
