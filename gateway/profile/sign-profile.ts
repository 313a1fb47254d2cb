import {
  acceptProfile,
  PROFILE_TYPE,
  signedProfileSchema,
  type SignedProfile,
} from '#shared/registration/authority-profile/signed-profile.ts';
import { readProfile, type AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import type { VerifiedKeySet } from '#shared/registration/key-set.ts';
import type { SigningKey } from '../key/key-file.ts';
import { nodePrimitives } from '../key/node-primitives.ts';
import { signJws } from '../key/sign-jws.ts';

/** Signs a profile for a gateway. Throws where it is none: what no client would take is not signed. */
export async function signProfile(options: {
  readonly profile: unknown;
  /** The gateway's. */
  readonly origin: string;
  readonly key: SigningKey;
  /** Seconds since the epoch. */
  readonly now: number;
}): Promise<{ readonly profile: AuthorityProfile; readonly text: string }> {
  const profile = readProfile(options.profile);
  const claims = signedProfileSchema.parse({
    ...{ ver: 1, iss: options.origin, iat: options.now },
    profile: profile.document,
  });
  return { profile, text: await signJws({ typ: PROFILE_TYPE, claims, key: options.key }) };
}

/** As every client takes it: signed by a key of the key set with the role, and not older than what is there. */
export function acceptAtGateway(options: {
  readonly text: string;
  readonly keySet: VerifiedKeySet;
  readonly stored: AuthorityProfile | undefined;
  /** Those that come with the program. */
  readonly known: readonly AuthorityProfile[];
  readonly now: number;
}): SignedProfile {
  const { now, ...rest } = options;
  return acceptProfile({ ...rest, clock: { now, floor: 0 }, primitives: nodePrimitives });
}
