import type { ClientContext } from '../client-context.ts';
import { currentProfiles } from '../profile/known-profiles.ts';
import type { ProfileSource } from './profile-for.ts';

/** What registration offices signed, and what comes with the program. */
export function profilesHere(client: ClientContext): ProfileSource {
  return {
    offered: async (office) => (await currentProfiles(client, office)).map(({ profile }) => profile),
  };
}
