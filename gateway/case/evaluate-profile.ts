import { pakistanProfile } from './profile-pakistan.ts';
import type { Application, Profile, ProfileVerdict } from './profile.ts';

const builtIn: readonly Profile[] = [pakistanProfile];

/** What is missing or wrong; undefined where the profile is not known. */
export function evaluateProfile(profileId: string, application: Application): ProfileVerdict | undefined {
  return builtIn.find(({ id }) => id === profileId)?.evaluate(application);
}
