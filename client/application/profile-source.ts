import profile from '#authority/pk-pta.json' with { type: 'json' };
import { readProfile } from '#shared/registration/authority-profile/read-profile.ts';
import type { ProfileSource } from './work.ts';

/** Those that come with the program. */
export const profilesHere: ProfileSource = {
  offered: () => Promise.resolve([readProfile(profile)]),
};
