import profile from '#authority/pk-pta.json' with { type: 'json' };
import { readProfile, type AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';

let read: readonly AuthorityProfile[] | undefined;

/** The profiles that come with the program: there without a network and before any gateway was asked. */
export function builtInProfiles(): readonly AuthorityProfile[] {
  read ??= [readProfile(profile)];
  return read;
}
