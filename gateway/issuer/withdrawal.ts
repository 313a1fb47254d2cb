import { EmbeddedJWK, compactVerify, errors } from 'jose';
import {
  devicePublicJwkSchema,
  WITHDRAWAL_TYPE,
  withdrawalSchema,
  type Withdrawal,
} from '#shared/contract/gateway-contract.ts';
import { parseStrictJson } from '#shared/registration/strict-json.ts';
import { thumbprintOf } from '../key/key-file.ts';
import { issuerError } from './problem.ts';

const MAX_WITHDRAWAL_CHARACTERS = 2048;
const HEADER_MEMBERS = ['alg', 'jwk', 'typ'];

export interface VerifiedWithdrawal {
  readonly claims: Withdrawal;
  /** Thumbprint of the key in the header: whether that is a device of the registration is the reader's to know. */
  readonly signer: string;
}

/** Verifies a device's signed withdrawal. */
export async function verifyWithdrawal(options: {
  readonly withdrawal: string;
  readonly origin: string;
}): Promise<VerifiedWithdrawal> {
  const { payload, signer } = await openWithdrawal(options.withdrawal);
  const claims = withdrawalSchema.safeParse(payload);
  if (!claims.success) throw issuerError('withdrawal_malformed', { detail: 'claims' });
  if (claims.data.iss !== options.origin) {
    throw issuerError('withdrawal_malformed', { detail: 'another gateway’s' });
  }
  return { claims: claims.data, signer };
}

async function openWithdrawal(
  withdrawal: string,
): Promise<{ readonly payload: unknown; readonly signer: string }> {
  if (withdrawal.length > MAX_WITHDRAWAL_CHARACTERS) throw issuerError('withdrawal_malformed');
  let signer = '';
  try {
    const { payload } = await compactVerify(
      withdrawal,
      (header, token) => {
        const jwk = devicePublicJwkSchema.safeParse(header.jwk);
        // As for statements: type, and no header member beyond these.
        const members = Object.keys(header).sort().join();
        if (header.typ !== WITHDRAWAL_TYPE || members !== HEADER_MEMBERS.join() || !jwk.success) {
          throw issuerError('withdrawal_malformed', { detail: 'header' });
        }
        signer = thumbprintOf(jwk.data);
        return EmbeddedJWK(header, token);
      },
      { algorithms: ['Ed25519'] },
    );
    return { payload: parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(payload)), signer };
  } catch (error) {
    const isForged = error instanceof errors.JOSEError;
    if (isForged || error instanceof SyntaxError || error instanceof TypeError) {
      throw issuerError('withdrawal_malformed', { cause: error });
    }
    throw error;
  }
}
