import { PROFILE_TYPE } from '#shared/registration/authority-profile/signed-profile.ts';
import type { VerifiedKeySet } from '#shared/registration/key-set.ts';
import {
  acceptedKeySet,
  keySetClaims,
  makeKey,
  NOW,
  signJws,
  type TestGateway,
  type TestKey,
} from '../issue.ts';
import { smallProfileDocument } from './small-profile.ts';

/** What signs profiles at every test gateway. */
export const profileKey: TestKey = makeKey();

export function profileKeyClaims() {
  return [{ kid: profileKey.kid, ...profileKey.publicJwk, roles: ['profile'], assurances: [] }];
}

/** The gateway's key set with that key in it. */
export function keySetWithProfileKey(gateway: TestGateway): VerifiedKeySet {
  return acceptedKeySet(gateway, { keys: [...keySetClaims(gateway).keys, ...profileKeyClaims()] });
}

/** A signed profile; a test says what is wrong with it. */
export function issueProfile(
  gateway: TestGateway,
  changes: {
    readonly profile?: unknown;
    readonly signer?: TestKey;
    readonly typ?: string;
    readonly alg?: string;
    readonly crit?: readonly string[];
  } & Readonly<Record<string, unknown>>,
): string {
  const { signer = profileKey, typ = PROFILE_TYPE, alg = 'Ed25519', crit, ...claims } = changes;
  const header = { alg, typ, kid: signer.kid, ...(crit === undefined ? {} : { crit }) };
  const profile = smallProfileDocument();
  return signJws(header, { ver: 1, iss: gateway.origin, iat: NOW, profile, ...claims }, signer);
}
