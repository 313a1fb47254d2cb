import * as z from 'zod';
import { SIGNATURE_LABEL, SIGNATURE_TAG } from './gateway-contract.ts';

/**
 * The part of RFC 9421 that client and gateway must agree on to the byte, for the one profile of it that Sanad
 * speaks. The client builds its signature base here; the gateway verifies with an independent implementation
 * (http-message-sig) against the same component list.
 */
export const SIGNATURE_ALGORITHM = 'ed25519';
export const CONTENT_TYPE = 'application/json';
/** RFC 9457 section 3. */
export const PROBLEM_CONTENT_TYPE = 'application/problem+json';
/** Key set, status list: compact JWS as text. */
export const JWS_CONTENT_TYPE = 'application/jwt';

export const componentsWithoutBody = ['@method', '@target-uri'] as const;
export const componentsWithBody = [
  ...componentsWithoutBody,
  'content-type',
  'content-digest',
  'idempotency-key',
] as const;
export const signatureParameterNames = ['created', 'keyid', 'alg', 'nonce', 'tag'] as const;

/** 16 random bytes, base64url without padding. */
export const nonceSchema = z.string().regex(/^[A-Za-z0-9_-]{22}$/);
/** RFC 7638 thumbprint (SHA-256), base64url without padding. */
export const keyIdSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
/** The Idempotency-Key field is a Structured Field string; the key inside is the client's, one per intent. */
export const idempotencyKeyFieldSchema = z.string().regex(/^"[A-Za-z0-9_-]{8,64}"$/);

export interface RequestToSign {
  readonly method: 'GET' | 'POST';
  /** Absolute: the gateway's public origin (its anchor's) with path and query as sent on the wire. */
  readonly targetUri: string;
  /** Only where there is a body. */
  readonly content?: {
    /** SHA-256 over the body's bytes as sent, standard base64. */
    readonly sha256Base64: string;
    /** application/json where it is not said. */
    readonly contentType?: string;
    /** The same for every retry of the same intent, another for each new one. */
    readonly idempotencyKey: string;
  };
  /** Seconds since the epoch. */
  readonly created: number;
  /** Thumbprint of the signing key (shared/registration/thumbprint.ts). */
  readonly keyId: string;
  /** 16 random bytes, base64url; another for every request, retries included. */
  readonly nonce: string;
}

export interface SignatureToMake {
  /** UTF-8 of this is what Ed25519 signs. */
  readonly base: string;
  /** Every header field the request carries for its signature, the signature's own two included. */
  fields(signatureBase64: string): Readonly<Record<string, string>>;
}

/** What to sign for a request, and which header fields to send with it. */
export function prepareSignature(request: RequestToSign): SignatureToMake {
  const content = contentFields(request);
  const values: Readonly<Record<string, string>> = {
    '@method': request.method,
    '@target-uri': request.targetUri,
    ...content,
  };
  const components = request.content === undefined ? componentsWithoutBody : componentsWithBody;
  const parameters = serializeParameters(components, request);
  // RFC 9421 section 2.5: each covered component on a line of its own, "@signature-params" last, no final newline.
  const lines = components.map((name) => `"${name}": ${values[name] ?? ''}`);
  return {
    base: [...lines, `"@signature-params": ${parameters}`].join('\n'),
    fields: (signatureBase64) => ({
      ...content,
      'signature-input': `${SIGNATURE_LABEL}=${parameters}`,
      signature: `${SIGNATURE_LABEL}=:${signatureBase64}:`,
    }),
  };
}

/** RFC 9530 section 2: the Content-Digest field of a body. */
export function contentDigestField(sha256Base64: string): string {
  return `sha-256=:${sha256Base64}:`;
}

function contentFields(request: RequestToSign): Readonly<Record<string, string>> {
  if (request.content === undefined) return {};
  return {
    'content-type': request.content.contentType ?? CONTENT_TYPE,
    'content-digest': contentDigestField(request.content.sha256Base64),
    'idempotency-key': `"${request.content.idempotencyKey}"`,
  };
}

function serializeParameters(components: readonly string[], request: RequestToSign): string {
  const list = components.map((name) => `"${name}"`).join(' ');
  const { created, keyId, nonce } = request;
  return (
    `(${list});created=${created};keyid="${keyId}"` +
    `;alg="${SIGNATURE_ALGORITHM}";nonce="${nonce}";tag="${SIGNATURE_TAG}"`
  );
}
