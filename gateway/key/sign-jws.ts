import { CompactSign } from 'jose';
import type { SigningKey } from './key-file.ts';

const encoder = new TextEncoder();

/** A compact JWS over JSON claims; alg "Ed25519" (RFC 9864), the key named by its thumbprint. */
export function signJws(options: {
  readonly typ: string;
  readonly claims: object;
  readonly key: SigningKey;
}): Promise<string> {
  return new CompactSign(encoder.encode(JSON.stringify(options.claims)))
    .setProtectedHeader({ alg: 'Ed25519', typ: options.typ, kid: options.key.kid })
    .sign(options.key.privateKey);
}
