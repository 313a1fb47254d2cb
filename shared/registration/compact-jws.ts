import * as z from 'zod';
import { devicePublicJwkSchema } from '../contract/gateway-contract.ts';
import { decodeBase64Url } from './base64url.ts';
import type { Primitives } from './primitives.ts';
import { refuse } from './refusal.ts';
import type { RefusalCode } from './refusal.ts';
import { parseStrictJson } from './strict-json.ts';
import type { PublicJwk } from './thumbprint.ts';

/** What can be wrong with a compact JWS, whatever it says. */
export type JwsFault = 'tooLarge' | 'malformed' | 'algorithm' | 'type' | 'header' | 'signature';

/** How one type of token is read. */
export interface JwsRules {
  /** Exact. RFC 8725 section 3.11: explicit types keep one kind of token from passing as another. */
  readonly typ: string;
  /** How the header names the key: by thumbprint, or by carrying it. Any other member is refused. */
  readonly key: 'kid' | 'jwk';
  readonly maxBytes: number;
  readonly codes: Readonly<Record<JwsFault, RefusalCode>>;
}

/** A token whose header was read and nothing else. Its payload comes out of `openPayload` only. */
export interface UnverifiedJws<Key extends PublicJwk | string = PublicJwk | string> {
  /** The thumbprint or the JWK that the header gives: a claim of the token until the signature is verified. */
  readonly key: Key;
  readonly text: string;
  readonly rules: JwsRules;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const headerSchema = z.record(z.string(), z.unknown());
const keySchemas = { kid: z.string().regex(/^[A-Za-z0-9_-]{43}$/), jwk: devicePublicJwkSchema } as const;
const MAX_HEADER_CHARACTERS = 512;

/**
 * Reads the protected header strictly: exactly three parts, canonical base64url, alg "Ed25519" (RFC 9864), the
 * exact type, no member beyond alg, typ and the one that names the key. So `crit` (RFC 7515 section 4.1.11:
 * an extension not understood makes the token invalid), jku, x5c and the rest never mean anything.
 */
export function readCompactJws(
  text: string,
  rules: JwsRules & { readonly key: 'kid' },
): UnverifiedJws<string>;
export function readCompactJws(
  text: string,
  rules: JwsRules & { readonly key: 'jwk' },
): UnverifiedJws<PublicJwk>;
export function readCompactJws(text: string, rules: JwsRules): UnverifiedJws {
  // Characters, not bytes: a token that verifies is ASCII.
  if (text.length > rules.maxBytes) refuse(rules.codes.tooLarge, `more than ${rules.maxBytes} bytes`);
  const headerEnd = text.indexOf('.');
  if (headerEnd < 1 || headerEnd > MAX_HEADER_CHARACTERS) refuse(rules.codes.malformed, 'no header');
  if (text.split('.', 4).length !== 3) refuse(rules.codes.malformed, 'not three parts');
  return { key: readHeader(text.slice(0, headerEnd), rules), text, rules };
}

function readHeader(encoded: string, rules: JwsRules): PublicJwk | string {
  const header = headerSchema.safeParse(readJson(encoded, rules));
  if (!header.success) refuse(rules.codes.malformed, 'header is no object');
  const { alg, typ, [rules.key]: key, ...others } = header.data;
  // RFC 8725 section 3.1: the reader decides the algorithm. One exists here; the key has no say either.
  if (alg !== 'Ed25519') refuse(rules.codes.algorithm, `alg is not Ed25519`);
  if (typ !== rules.typ) refuse(rules.codes.type, `typ is not ${rules.typ}`);
  const [unexpected] = Object.keys(others);
  if (unexpected !== undefined) refuse(rules.codes.header, `header member ${unexpected.slice(0, 32)}`);
  const parsed = keySchemas[rules.key].safeParse(key);
  if (!parsed.success) refuse(rules.codes.header, `${rules.key} missing or wrong`);
  return parsed.data;
}

/**
 * The `typ` that a text gives itself; undefined where its header cannot be read. Chooses the reader, who then looks at
 * everything for itself.
 */
export function claimedType(text: string): unknown {
  const headerEnd = text.slice(0, MAX_HEADER_CHARACTERS + 1).indexOf('.');
  const bytes = headerEnd < 1 ? undefined : decodeBase64Url(text.slice(0, headerEnd));
  if (bytes === undefined) return undefined;
  try {
    return headerSchema.safeParse(parseStrictJson(decoder.decode(bytes))).data?.['typ'];
  } catch {
    return undefined; // the reader of certificates says what is wrong with it
  }
}

/** Verifies the signature and only then looks into the payload. */
export function openPayload(jws: UnverifiedJws, publicKey: Uint8Array, primitives: Primitives): unknown {
  const { text, rules } = jws;
  const payloadStart = text.indexOf('.') + 1;
  const payloadEnd = text.lastIndexOf('.');
  const signature = decodeBase64Url(text.slice(payloadEnd + 1));
  if (signature?.length !== 64) refuse(rules.codes.malformed, 'signature is not 64 bytes of base64url');
  const signingInput = encoder.encode(text.slice(0, payloadEnd));
  if (!primitives.verifyEd25519(publicKey, signingInput, signature)) refuse(rules.codes.signature);
  return readJson(text.slice(payloadStart, payloadEnd), rules);
}

function readJson(encoded: string, rules: JwsRules): unknown {
  const bytes = decodeBase64Url(encoded);
  if (bytes === undefined) refuse(rules.codes.malformed, 'not canonical base64url');
  try {
    return parseStrictJson(decoder.decode(bytes));
  } catch (error) {
    return refuse(rules.codes.malformed, 'not one JSON value with each member once', error);
  }
}
