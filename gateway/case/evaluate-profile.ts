import { pakistanProfile } from './profile-pakistan.ts';
import type { Application, Profile, ProfileVerdict } from './profile.ts';

const builtIn: readonly Profile[] = [pakistanProfile];

/** What is missing or wrong; undefined where the profile is not known. */
export function evaluateProfile(profileId: string, application: Application): ProfileVerdict | undefined {
  return builtIn.find(({ id }) => id === profileId)?.evaluate(application);
}

/** The kinds of document that may be added to a case under this profile. */
export function documentKinds(profileId: string): readonly string[] {
  return builtIn.find(({ id }) => id === profileId)?.documentKinds ?? [];
}
