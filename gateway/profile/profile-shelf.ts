import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { builtInProfiles } from './built-in.ts';

/** Every version of every profile that this gateway has ever offered. */
export interface ProfileShelf {
  /** By name and version, as `pk-pta@1`: a case stays with the version it was submitted under. */
  find(reference: string): AuthorityProfile | undefined;
  /** The version that new cases are submitted under. */
  newest(id: string): AuthorityProfile | undefined;
}

export function shelfOf(profiles: readonly AuthorityProfile[]): ProfileShelf {
  const byReference = new Map(profiles.map((profile) => [profile.reference, profile]));
  return {
    find: (reference) => byReference.get(reference),
    newest: (id) =>
      profiles
        .filter(({ document }) => document.id === id)
        .toSorted((one, other) => other.document.version - one.document.version)[0],
  };
}

/** The profiles that come with the program, and no other. */
export function builtInShelf(): ProfileShelf {
  return shelfOf(builtInProfiles());
}
