import { createHash, timingSafeEqual } from 'node:crypto';
import { contentDigestField } from '#shared/contract/request-signature.ts';
import { parseStrictJson } from '#shared/registration/strict-json.ts';
import { httpError } from './problem.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * RFC 9421 section 7.2.5: a signature over Content-Digest says nothing about the body until the digest is
 * compared with the body. RFC 9530 allows several algorithms; here it is SHA-256 and nothing beside it.
 */
export function checkContentDigest(field: string | undefined, body: Buffer): void {
  const expected = Buffer.from(contentDigestField(createHash('sha256').update(body).digest('base64')));
  const given = Buffer.from(field ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw httpError('content_digest_wrong');
  }
}

export function parseJsonBody(body: Buffer): unknown {
  try {
    return parseStrictJson(decoder.decode(body));
  } catch {
    // The parser's message quotes the body, which is the registrant's.
    throw httpError('body_malformed');
  }
}
