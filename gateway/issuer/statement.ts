import { compactVerify, errors, importJWK } from 'jose';
import { attestationSchema, type Attestation } from '#shared/contract/gateway-contract.ts';
import { parseStrictJson } from '#shared/registration/strict-json.ts';
import type { PublicJwk } from '#shared/registration/thumbprint.ts';
import { thumbprintOf } from '../key/key-file.ts';
import { issuerError } from './problem.ts';

export const STATEMENT_TYPE = 'sanad-attestation+jwt';
const MAX_STATEMENT_CHARACTERS = 16_384;
const HEADER_MEMBERS = ['alg', 'kid', 'typ'];

/** A statement that a reviewer of this gateway has signed. */
export interface VerifiedStatement {
  readonly claims: Attestation;
  /** Thumbprint of the reviewer's key. */
  readonly signer: string;
}

/** Verifies a statement against the reviewers' keys; gateway and issuer each with their own list of them. */
export async function verifyStatement(options: {
  readonly statement: string;
  readonly reviewers: readonly PublicJwk[];
  readonly origin: string;
}): Promise<VerifiedStatement> {
  const { payload, signer } = await openStatement(options.statement, options.reviewers);
  const claims = attestationSchema.safeParse(payload);
  if (!claims.success) throw issuerError('statement_malformed', { detail: 'claims' });
  if (claims.data.iss !== options.origin) throw issuerError('statement_issuer_differs');
  return { claims: claims.data, signer };
}

async function openStatement(
  statement: string,
  reviewers: readonly PublicJwk[],
): Promise<{ readonly payload: unknown; readonly signer: string }> {
  if (statement.length > MAX_STATEMENT_CHARACTERS) throw issuerError('statement_malformed');
  let signer = '';
  try {
    const { payload } = await compactVerify(
      statement,
      (header) => {
        // RFC 8725 sections 3.1 and 3.11: the reader decides algorithm and type; no header member beyond them.
        const members = Object.keys(header).sort().join();
        if (header.typ !== STATEMENT_TYPE || members !== HEADER_MEMBERS.join()) {
          throw issuerError('statement_malformed', { detail: 'header' });
        }
        signer = header.kid ?? '';
        return reviewerKey(signer, reviewers);
      },
      { algorithms: ['Ed25519'] },
    );
    return { payload: parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(payload)), signer };
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      throw issuerError('statement_signature_invalid', { cause: error });
    }
    if (error instanceof errors.JOSEError || error instanceof SyntaxError || error instanceof TypeError) {
      throw issuerError('statement_malformed', { cause: error });
    }
    throw error;
  }
}

async function reviewerKey(kid: string, reviewers: readonly PublicJwk[]) {
  const reviewer = reviewers.find((candidate) => thumbprintOf(candidate) === kid);
  if (reviewer === undefined) throw issuerError('statement_reviewer_unknown');
  return await importJWK(reviewer, 'Ed25519');
}
