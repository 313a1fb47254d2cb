import profile from '#authority/pk-pta.json' with { type: 'json' };
import { readProfile, type AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';

/** The profiles that come with the program. */
export function builtInProfiles(): readonly AuthorityProfile[] {
  return [readProfile(profile)];
}
