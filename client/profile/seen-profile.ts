import { createHash } from 'node:crypto';
import * as z from 'zod';
import { profileError } from '#shared/registration/authority-profile/profile-problem.ts';
import type { SignedProfile } from '#shared/registration/authority-profile/signed-profile.ts';

/** The highest version of a name that a gateway's profile key has signed, and what it says, though it be kept no more. */
export const seenProfileSchema = z.object({
  id: z.string(),
  version: z.int(),
  /** SHA-256 of what was signed, whatever the order of its members, in base64url. */
  digest: z.string(),
});
export type SeenProfile = z.infer<typeof seenProfileSchema>;
export type SeenProfiles = ReadonlyMap<string, SeenProfile>;

/** Names of one gateway. As many as profiles are kept, so that each has its newest one here. */
export const MAX_NAMES = 32;

/** With those among `profiles` that are newer. */
export function withSeen(seen: SeenProfiles, profiles: readonly SignedProfile[]): SeenProfiles {
  const known = new Map(seen);
  for (const signed of profiles) {
    const { id, version } = signed.profile.document;
    if (version > (known.get(id)?.version ?? -1)) known.set(id, { id, version, digest: digestOf(signed) });
  }
  return known;
}

/** Throws `profile_older`, or `profile_too_many` for one name more than are kept. */
export function requireNotBelow(seen: SeenProfiles, id: string, version: number): void {
  const before = seen.get(id);
  if (before === undefined && seen.size >= MAX_NAMES) throw profileError('profile_too_many', id);
  if (before !== undefined && version < before.version) {
    throw profileError('profile_older', `version ${version} after ${before.version}`);
  }
}

/** Of the version that was seen, what was seen: `profile_conflict`. For one whose text is not here to be compared. */
export function requireAsSeen(seen: SeenProfiles, signed: SignedProfile): void {
  const { id, version } = signed.profile.document;
  const before = seen.get(id);
  if (before?.version === version && before.digest !== digestOf(signed)) {
    throw profileError('profile_conflict', `version ${version}`);
  }
}

/** Of what was signed and not of what this program reads in it: the next program may read more. */
function digestOf({ text }: SignedProfile): string {
  const payload: unknown = JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
  const { profile } = z.object({ profile: z.unknown() }).parse(payload);
  return createHash('sha256').update(JSON.stringify(profile, inOrder)).digest('base64url');
}

function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
