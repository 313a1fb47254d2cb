import { SIGNATURE_WINDOW_SECONDS } from '#shared/contract/gateway-contract.ts';
import type { Connection } from '../storage/database.ts';
import {
  consumeNonce,
  isNonceUsed,
  recallAnswer,
  receiveRequest,
  rememberAnswer,
  type Recalled,
  type UsedNonce,
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
  return before === undefined ? await answerAtCommit(services, intent, handler) : before.answer;
}

/**
 * The same for a handler that does nothing before it commits: what was received before is found in the transaction
 * itself, which saves the question.
 */
export async function answerAtCommit(
  services: Services,
  intent: SignedIntent,
  handler: (commit: Commit) => Promise<Committed<unknown>>,
): Promise<unknown> {
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
  if (await isNonceUsed(services.database, intent.signature)) throw httpError('nonce_replayed');
  return await recall(services, intent);
}

/** A parallel request with the same Idempotency-Key was first; everything of this one is rolled back. */
class OvertakenError extends Error {}

function committer(services: Services, intent: SignedIntent): Commit {
  return async <Answer>(change: (connection: Connection) => Promise<Answer>) => {
    const answer = await inTransaction(services.database, async (transaction) => {
      const before = await receive(transaction, services, intent);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same request's own answer, as it was sent
      if (before !== undefined) return before.answer as Answer;
      const made = await change(transaction);
      await remember(transaction, services, intent, made);
      return made;
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the brand exists at compile time only
    return { answer } as Committed<Answer>;
  };
}

/** Uses up the nonce; gives the answer where this is a request that was answered before. */
async function receive(
  connection: Connection,
  services: Services,
  intent: SignedIntent,
): Promise<{ readonly answer: unknown } | undefined> {
  const { idempotency } = intent;
  if (idempotency === undefined) {
    if (!(await consume(connection, services, intent))) throw httpError('nonce_replayed');
    return undefined;
  }
  const asked = { ...nonceOf(services, intent), idempotencyKey: idempotency.key };
  const { isNonceNew, remembered } = await receiveRequest(connection, asked);
  if (!isNonceNew) throw httpError('nonce_replayed');
  return remembered === undefined ? undefined : given(idempotency, remembered);
}

function consume(connection: Connection, services: Services, intent: SignedIntent): Promise<boolean> {
  return consumeNonce(connection, nonceOf(services, intent));
}

function nonceOf(services: Services, { signature }: SignedIntent): UsedNonce {
  const { keyId, nonce } = signature;
  return { keyId, nonce, expiresAt: services.now() + NONCE_SECONDS };
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

/** The answer that the same request has got meanwhile. */
async function recall(
  services: Services,
  intent: SignedIntent,
): Promise<{ readonly answer: unknown } | undefined> {
  const { signature, idempotency } = intent;
  if (idempotency === undefined) return undefined;
  const asked = { keyId: signature.keyId, idempotencyKey: idempotency.key };
  const remembered = await recallAnswer(services.database, asked);
  if (remembered === undefined) return undefined;
  if (!(await consume(services.database, services, intent))) throw httpError('nonce_replayed');
  return given(idempotency, remembered);
}

function given(idempotency: Idempotency, remembered: Recalled): { readonly answer: unknown } {
  if (remembered.requestDigest !== idempotency.requestDigest) throw httpError('idempotency_key_reused');
  return { answer: JSON.parse(remembered.answer) };
}
