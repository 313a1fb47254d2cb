import { SIGNATURE_WINDOW_SECONDS } from '#shared/contract/gateway-contract.ts';
import type { Connection } from '../storage/database.ts';
import {
  consumeNonce,
  isNonceUsed,
  recallAnswer,
  recallRequest,
  rememberAnswer,
} from '../storage/request-memory-store.ts';
import { inTransaction } from '../storage/transaction.ts';
import { httpError } from './problem.ts';
import type { Services } from './services.ts';
import type { RequestSignature } from './signature.ts';

/** A retry may come a day later: a laptop that was closed over the answer. */
const REMEMBERED_SECONDS = 86_400;
/** Twice the window: `created` may have been that far ahead of our clock, and our clock may be set back. */
const NONCE_SECONDS = 2 * SIGNATURE_WINDOW_SECONDS;

declare const committed: unique symbol;

/** An answer whose change is in the database, together with its nonce. Made by `commit` only. */
export interface Committed<Answer> {
  readonly [committed]: true;
  readonly answer: Answer;
}

/**
 * Makes the change; the nonce, the change and the remembered answer in one transaction, or none of them. The change is
 * made again where another was faster: what it does outside the database must be safe to repeat.
 */
export type Commit = <Answer>(
  change: (connection: Connection) => Promise<Answer>,
) => Promise<Committed<Answer>>;

/** What a retry of the same request is recognised by. */
export interface Idempotency {
  readonly key: string;
  /** Over method, target and body. */
  readonly requestDigest: string;
}

export interface SignedIntent {
  readonly signature: RequestSignature;
  /** Only for requests with a body: those that change something. */
  readonly idempotency?: Idempotency;
}

/**
 * Runs a handler for a signed request at most once: a nonce never works twice, and a retry under the same
 * Idempotency-Key gets the first answer.
 */
export async function answerOnce(
  services: Services,
  intent: SignedIntent,
  handler: (commit: Commit) => Promise<Committed<unknown>>,
): Promise<unknown> {
  const before = await look(services, intent);
  if (before !== undefined) return before.answer;
  try {
    return (await handler(committer(services, intent))).answer;
  } catch (error) {
    // The same request at the same time was first: its answer is this one's, too, whatever came in this one's way, which
    // may have been the very change that the other has made.
    const overtaking = await recall(services, intent);
    if (overtaking !== undefined) return overtaking.answer;
    // A refused request is over too: it must not begin to work when sent again by somebody else.
    await consume(services.database, services, intent);
    throw error;
  }
}

/** Refuses what was received before; gives the first answer to what is repeated on purpose. */
async function look(
  services: Services,
  intent: SignedIntent,
): Promise<{ readonly answer: unknown } | undefined> {
  const { signature, idempotency } = intent;
  if (idempotency === undefined) {
    if (await isNonceUsed(services.database, signature)) throw httpError('nonce_replayed');
    return undefined;
  }
  const asked = { ...signature, idempotencyKey: idempotency.key };
  const { isNonceUsed: isReplayed, remembered } = await recallRequest(services.database, asked);
  if (isReplayed) throw httpError('nonce_replayed');
  return await give(services, intent, remembered);
}

/** A parallel request with the same Idempotency-Key was first; everything of this one is rolled back. */
class OvertakenError extends Error {}

function committer(services: Services, intent: SignedIntent): Commit {
  return async <Answer>(change: (connection: Connection) => Promise<Answer>) => {
    const answer = await inTransaction(services.database, async (transaction) => {
      if (!(await consume(transaction, services, intent))) throw httpError('nonce_replayed');
      const made = await change(transaction);
      await remember(transaction, services, intent, made);
      return made;
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the brand exists at compile time only
    return { answer } as Committed<Answer>;
  };
}

function consume(connection: Connection, services: Services, intent: SignedIntent): Promise<boolean> {
  const { keyId, nonce } = intent.signature;
  return consumeNonce(connection, { keyId, nonce, expiresAt: services.now() + NONCE_SECONDS });
}

async function remember(
  connection: Connection,
  services: Services,
  intent: SignedIntent,
  answer: unknown,
): Promise<void> {
  if (intent.idempotency === undefined) return;
  const isFirst = await rememberAnswer(connection, {
    keyId: intent.signature.keyId,
    idempotencyKey: intent.idempotency.key,
    requestDigest: intent.idempotency.requestDigest,
    answer: JSON.stringify(answer),
    expiresAt: services.now() + REMEMBERED_SECONDS,
  });
  if (!isFirst) throw new OvertakenError();
}

async function give(
  services: Services,
  intent: SignedIntent,
  remembered: { readonly requestDigest: string; readonly answer: string } | undefined,
): Promise<{ readonly answer: unknown } | undefined> {
  if (remembered === undefined) return undefined;
  if (!(await consume(services.database, services, intent))) throw httpError('nonce_replayed');
  if (remembered.requestDigest !== intent.idempotency?.requestDigest)
    throw httpError('idempotency_key_reused');
  return { answer: JSON.parse(remembered.answer) };
}

/** The answer that the same request has got meanwhile. */
async function recall(
  services: Services,
  intent: SignedIntent,
): Promise<{ readonly answer: unknown } | undefined> {
  const { signature, idempotency } = intent;
  if (idempotency === undefined) return undefined;
  const asked = { keyId: signature.keyId, idempotencyKey: idempotency.key };
  return await give(services, intent, await recallAnswer(services.database, asked));
}
