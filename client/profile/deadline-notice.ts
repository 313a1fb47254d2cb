import { join } from 'node:path';
import * as z from 'zod';
import {
  deadlines,
  dueReminder,
  noReminders,
  type Deadline,
  type DeadlineNotice,
} from '#shared/registration/authority-profile/deadline.ts';
import { SanadError } from '#shared/contract/problem.ts';
import type { ClientContext } from '../client-context.ts';
import { JsonFolder } from '../file/json-folder.ts';
import { withLock } from '../file/lock.ts';

const text = z.record(z.string(), z.string());
const rowSchema = z.object({
  authority: text,
  document: z.object({
    deadlines: z.array(
      z.object({
        ...{ id: z.string(), title: text, date: z.string().nullable(), announced: z.string().nullable() },
        ...{ status: z.enum(['in_force', 'extended', 'withdrawn']), source: z.string() },
      }),
    ),
    sources: z.array(z.object({ id: z.string(), title: text, url: z.string(), verified: z.string() })),
  }),
});
/** Read by every `sanad status`: as little as it takes, so that no profile has to be read for it. */
const noticeSchema = z.object({
  ver: z.literal(1),
  profiles: z.record(z.string(), rowSchema),
  reminders: z.object({
    last: z.string().nullable(),
    told: z.record(z.string(), z.object({ date: z.string(), step: z.number() })),
  }),
});

const NAME = 'deadline';
type Place = Pick<ClientContext, 'configDirectory'>;

/** A deadline, and whose it is. */
export interface AuthorityDeadline extends Deadline {
  readonly authority: Readonly<Record<string, string>>;
}

/** Deadlines with a date that has not passed, the nearest first. */
export async function upcomingDeadlines(place: Place, today: string): Promise<readonly AuthorityDeadline[]> {
  const kept = await readKept(place);
  return kept === undefined ? [] : upcoming(kept, today);
}

/** The reminder that is due now, if one is; then it is taken for said. */
export async function takeReminder(place: Place, today: string): Promise<AuthorityDeadline | undefined> {
  if ((await readKept(place)) === undefined) return undefined;
  return await quietly(() =>
    withLock(lockOf(place), async () => {
      const kept = await readKept(place);
      if (kept === undefined) return undefined;
      const current = upcoming(kept, today);
      const { due, state } = dueReminder(current, kept.reminders, today);
      if (due !== undefined) {
        await folderOf(place).write(NAME, {
          ...kept,
          reminders: { last: state.last, told: { ...state.told } },
        });
      }
      return current.find(({ id }) => id === due?.id);
    }),
  );
}

/** After an update: what the profiles in force say by now. */
export async function keepNotices(context: ClientContext): Promise<void> {
  // Reading profiles is for those who update them, not for every status.
  const { currentProfiles } = await import('./known-profiles.ts');
  const profiles: z.infer<typeof noticeSchema>['profiles'] = {};
  for (const { profile } of await currentProfiles(context)) {
    const { id, authority, sources, deadlines: all } = profile.document;
    profiles[id] = { authority: authority.short_name, document: { deadlines: all, sources } };
  }
  await withLock(lockOf(context), async () => {
    const folder = folderOf(context);
    const reminders = (await readKept(context))?.reminders ?? { last: noReminders.last, told: {} };
    await folder.write(NAME, { ver: 1, profiles, reminders });
  });
}

/** What cannot be read is as if it were not there: the next update writes it anew. */
function readKept(place: Place) {
  return quietly(() => folderOf(place).read(NAME));
}

/** A note beside an answer keeps nobody from the answer: not a damaged file, not a full disk. */
async function quietly<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SanadError) return undefined;
    throw cause;
  }
}

function upcoming({ profiles }: z.infer<typeof noticeSchema>, today: string): readonly AuthorityDeadline[] {
  return Object.entries(profiles)
    .flatMap(([id, { authority, document }]) =>
      deadlinesOf(document, today).map((deadline) => ({
        ...deadline,
        id: `${id}:${deadline.id}`,
        authority,
      })),
    )
    .toSorted((one, other) => (one.daysLeft ?? 0) - (other.daysLeft ?? 0));
}

function deadlinesOf(document: DeadlineNotice, today: string): readonly Deadline[] {
  return deadlines({ document }, today).filter(({ daysLeft }) => daysLeft !== null && daysLeft >= 0);
}

function folderOf({ configDirectory }: Place): JsonFolder<typeof noticeSchema> {
  return new JsonFolder(join(configDirectory, 'profile-notice'), noticeSchema);
}

function lockOf({ configDirectory }: Place): string {
  return join(configDirectory, 'profile-notice', `${NAME}.lock`);
}
