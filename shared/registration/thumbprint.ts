import type { z } from 'zod';
import type { devicePublicJwkSchema } from '../contract/gateway-contract.ts';
import { decodeBase64Url, encodeBase64Url } from './base64url.ts';
import type { Primitives } from './primitives.ts';

/** An Ed25519 public key as RFC 8037 writes it. */
export type PublicJwk = z.infer<typeof devicePublicJwkSchema>;

const encoder = new TextEncoder();

/** The key's 32 bytes; undefined if `x` is not the canonical base64url of 32 bytes. */
export function publicKeyBytes(jwk: Pick<PublicJwk, 'x'>): Uint8Array | undefined {
  const bytes = decodeBase64Url(jwk.x);
  return bytes?.length === 32 ? bytes : undefined;
}

/** RFC 7638 thumbprint, SHA-256, base64url: the name of a key everywhere. */
export function thumbprint(jwk: Pick<PublicJwk, 'x'>, primitives: Primitives): string {
  // RFC 7638 section 3.2 and RFC 8037 section 2: the required members, in this order, without white space.
  return hashText(`{"crv":"Ed25519","kty":"OKP","x":"${jwk.x}"}`, primitives);
}

/** base64url of the SHA-256 of the text's UTF-8. */
export function hashText(text: string, primitives: Primitives): string {
  return encodeBase64Url(primitives.sha256(encoder.encode(text)));
}
