import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import {
  isSignatureError,
  verifySignature,
  type FieldOccurrence,
  type UntrustedSignatureCandidate,
} from 'http-message-sig';
import {
  SIGNATURE_LABEL,
  SIGNATURE_TAG,
  SIGNATURE_WINDOW_SECONDS,
} from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import {
  componentsWithBody,
  componentsWithoutBody,
  keyIdSchema,
  nonceSchema,
  SIGNATURE_ALGORITHM,
  signatureParameterNames,
} from '#shared/contract/request-signature.ts';
import { httpError } from './problem.ts';

export interface RequestToVerify {
  readonly method: string;
  /** On the configured public origin, never the Host header: a request for another gateway stays that. */
  readonly targetUri: string;
  readonly fields: readonly FieldOccurrence[];
  readonly hasBody: boolean;
  /** Seconds since the epoch. */
  readonly now: number;
  /** The public key's `x` for a thumbprint; undefined where it may not sign this. */
  readonly keyOf: (keyId: string) => Promise<string | undefined>;
}

export interface RequestSignature {
  readonly keyId: string;
  readonly nonce: string;
  readonly created: number;
}

/** Verifies the one signature Sanad's requests carry, or ends the request with the problem that says why not. */
export async function verifyRequestSignature(request: RequestToVerify): Promise<RequestSignature> {
  const { method, targetUri, fields, hasBody, now } = request;
  try {
    const { parameters } = await verifySignature(
      { kind: 'request', method, targetUri, fields },
      {
        label: SIGNATURE_LABEL,
        policy: {
          algorithms: [SIGNATURE_ALGORITHM],
          requiredComponents: hasBody ? componentsWithBody : componentsWithoutBody,
          requiredParameters: signatureParameterNames,
          now,
          // The window is checked in readParameters: its error has a code of its own, for clients to set their clock.
          clockSkew: Number.MAX_SAFE_INTEGER,
        },
        resolveVerifier: async (candidate) => verifierFor(request, candidate),
      },
    );
    return readParameters(parameters, now);
  } catch (error) {
    throw asProblem(error);
  }
}

async function verifierFor(request: RequestToVerify, { parameters }: UntrustedSignatureCandidate) {
  const { keyId } = readParameters(parameters, request.now);
  const x = await request.keyOf(keyId);
  const key = x === undefined ? undefined : publicKey(x);
  if (key === undefined) throw httpError('signing_key_unknown');
  return {
    algorithm: SIGNATURE_ALGORITHM,
    verify: (data: Uint8Array, signature: Uint8Array) => verifyBeside(data, { key, signature }),
  };
}

/** In Node's pool of threads: the costliest step of a request, which the others then need not wait for. */
function verifyBeside(
  data: Uint8Array,
  { key, signature }: { readonly key: KeyObject; readonly signature: Uint8Array },
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify(null, data, key, signature, (error, isGood) => {
      if (error === null) resolve(isGood);
      else reject(error);
    });
  });
}

function readParameters(
  parameters: UntrustedSignatureCandidate['parameters'],
  now: number,
): RequestSignature {
  const { created, tag } = parameters;
  const keyId = keyIdSchema.safeParse(parameters.keyid);
  const nonce = nonceSchema.safeParse(parameters.nonce);
  if (created === undefined || tag !== SIGNATURE_TAG || !keyId.success || !nonce.success) {
    throw httpError('signature_malformed');
  }
  if (Math.abs(now - created) > SIGNATURE_WINDOW_SECONDS) throw httpError('signature_time_wrong');
  return { keyId: keyId.data, nonce: nonce.data, created };
}

/** Making a KeyObject costs about as much as a verification, and devices and reviewers ask more than once. */
const madeKeys = new Map<string, KeyObject>();
const MAX_MADE_KEYS = 4096;

function publicKey(x: string): KeyObject | undefined {
  const made = madeKeys.get(x);
  if (made !== undefined) return made;
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    if (madeKeys.size >= MAX_MADE_KEYS) madeKeys.clear();
    madeKeys.set(x, key);
    return key;
  } catch {
    // 32 bytes that OpenSSL does not take for a key: then nothing is signed with it.
    return undefined;
  }
}

function asProblem(error: unknown): unknown {
  if (!isSignatureError(error)) return error;
  if (error.cause instanceof SanadError) return error.cause;
  switch (error.code) {
    case 'MissingField':
      return httpError('signature_malformed', 'a signed field is missing');
    case 'VerificationFailed':
      return httpError('signature_invalid');
    case 'ResolverFailed':
      return error.cause;
    default:
      return httpError('signature_malformed', error.code);
  }
}
