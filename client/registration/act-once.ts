import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { JsonFolder } from '../file/json-folder.ts';
import { withLock } from '../file/lock.ts';
import { isDecided } from '../gateway/read-answer.ts';

const FOLDER = 'registration-act';

/** An act on its way: kept until the gateway has decided about it, so that a retry is the same act. */
const actDraftSchema = z.strictObject({
  version: z.literal(1),
  origin: z.string(),
  /** What is wanted, as text to compare: the same again is a retry. */
  intent: z.string(),
  idempotencyKey: z.string(),
  /** The JSON that is sent; null where it is a file's bytes. */
  body: z.unknown(),
});
type ActDraft = z.infer<typeof actDraftSchema>;

interface Act<Body, Answer> {
  readonly configDirectory: string;
  readonly origin: string;
  /** One at a time of each name is under way; safe as a file's name. */
  readonly name: string;
  readonly intent: unknown;
  /** What is sent, made at the first try. */
  readonly body: z.ZodType<Body>;
  readonly compose: () => Body;
  readonly send: (sent: { readonly body: Body; readonly idempotencyKey: string }) => Promise<Answer>;
}

/**
 * Sends an act. Tried again after a lost answer or a crash it is the very same one, by its idempotency key; wanted
 * otherwise meanwhile, it is a new one.
 */
export async function actOnce<Body, Answer>(act: Act<Body, Answer>): Promise<Answer> {
  const drafts = draftsIn(act.configDirectory);
  // Wanted twice at once it is still one act, and not one for each that wants it.
  const lock = join(act.configDirectory, FOLDER, `${act.name}.lock`);
  const draft = await withLock(lock, () => draftFor(drafts, act));
  try {
    const { idempotencyKey } = draft;
    const answer = await act.send({ body: act.body.parse(draft.body), idempotencyKey });
    await drafts.remove(act.name);
    return answer;
  } catch (cause) {
    // What was refused does not become right by being kept, and it may be personal.
    if (isDecided(cause)) await drafts.remove(act.name);
    throw cause;
  }
}

/** It has turned out that it was done, or is not wanted any more. */
export async function forgetAct(configDirectory: string, name: string): Promise<void> {
  await draftsIn(configDirectory).remove(name);
}

/** Nothing will come of the registration any more: what was on its way for it is not wanted, and may be personal. */
export async function forgetActsOf(configDirectory: string, registration: string): Promise<void> {
  const drafts = draftsIn(configDirectory);
  const names = (await drafts.names()).filter((name) => name.startsWith(`${registration}.`));
  await Promise.all(names.map((name) => drafts.remove(name)));
}

function draftsIn(configDirectory: string): JsonFolder<typeof actDraftSchema> {
  return new JsonFolder(join(configDirectory, FOLDER), actDraftSchema);
}

async function draftFor<Body, Answer>(
  drafts: JsonFolder<typeof actDraftSchema>,
  { name, origin, intent, body, compose }: Act<Body, Answer>,
): Promise<ActDraft> {
  const wanted = JSON.stringify(intent);
  const earlier = await drafts.read(name);
  const isSame = earlier?.origin === origin && earlier.intent === wanted;
  if (earlier !== undefined && isSame && body.safeParse(earlier.body).success) return earlier;
  const draft: ActDraft = {
    ...{ version: 1, origin, intent: wanted },
    idempotencyKey: randomUUID(),
    body: compose(),
  };
  await drafts.write(name, draft);
  return draft;
}
