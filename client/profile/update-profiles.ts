import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import { acceptProfile, type SignedProfile } from '#shared/registration/authority-profile/signed-profile.ts';
import { profileError } from '#shared/registration/authority-profile/profile-problem.ts';
import { acceptKeySet, type VerifiedKeySet } from '#shared/registration/key-set.ts';
import type { ClientContext } from '../client-context.ts';
import { GatewayClient } from '../gateway/gateway-client.ts';
import { nodePrimitives } from '../node-primitives.ts';
import { builtInProfiles } from './built-in.ts';
import { keepNotices } from './deadline-notice.ts';
import { ProfileCache } from './profile-cache.ts';
import { requireAsSeen, requireNotBelow, withSeen, type SeenProfiles } from './seen-profile.ts';

/** What became of one profile that a gateway offers. */
export interface ProfileUpdate {
  /** As the gateway lists it. */
  readonly reference: string;
  /** new: taken now; known: it was here; refused: `problem` says why, and what was here stays in force. */
  readonly outcome: 'new' | 'known' | 'refused';
  readonly problem: Problem | null;
}

/** Fetches the newest version of every profile that a gateway offers. Throws where it cannot be asked. */
export async function updateProfiles(
  context: ClientContext,
  anchor: Anchor,
): Promise<readonly ProfileUpdate[]> {
  const { relaySocket, now } = context;
  const gateway = new GatewayClient({ anchor, relaySocket, now });
  const cache = new ProfileCache(context.configDirectory);
  const keySetText = await gateway.ask('keySet');
  const offers = await fetchOffers(gateway, (await cache.of(anchor))?.profiles ?? []);
  const clock = { now: now(), floor: 0 };
  const updates = await cache.change(anchor, (cached) => {
    const source = { anchor, clock, primitives: nodePrimitives };
    const keySet = acceptKeySet({ ...source, text: keySetText, stored: cached?.keySet });
    const profiles = [...(cached?.profiles ?? [])];
    const to = { profiles, seen: cached?.seen ?? new Map(), keySet, now: clock.now };
    const result = offers.map((offer) => take(offer, to));
    return { keep: { keySet, profiles, seen: to.seen }, result };
  });
  await keepNotices(context);
  return updates;
}

/** A profile in the version that the gateway lists as its newest; `text` undefined: that version is here. */
interface Offer {
  readonly id: string;
  readonly version: number;
  readonly text: string | undefined;
}

async function fetchOffers(
  gateway: GatewayClient,
  known: readonly SignedProfile[],
): Promise<readonly Offer[]> {
  const { profiles } = await gateway.ask('profileList');
  const newest = new Map<string, number>();
  for (const { id, version } of profiles) newest.set(id, Math.max(version, newest.get(id) ?? 0));
  const offers: Offer[] = [];
  for (const [id, version] of newest) {
    const profile = `${id}@${version}`;
    const isHere = known.some((one) => one.profile.reference === profile);
    offers.push({ id, version, text: isHere ? undefined : await gateway.ask('profile', { profile }) });
  }
  return offers;
}

/** Where what is taken goes. */
interface Taking {
  readonly profiles: SignedProfile[];
  seen: SeenProfiles;
  readonly keySet: VerifiedKeySet;
  readonly now: number;
}

function take({ id, version, text }: Offer, to: Taking): ProfileUpdate {
  const reference = `${id}@${version}`;
  const stored = to.profiles.findLast(({ profile }) => profile.document.id === id);
  try {
    requireNotBelow(to.seen, id, version);
    if (text === undefined) return { reference, outcome: 'known', problem: null };
    const source = { text, keySet: to.keySet, clock: { now: to.now, floor: 0 }, primitives: nodePrimitives };
    const signed = acceptProfile({ ...source, stored, known: builtInProfiles() });
    requireNotBelow(to.seen, id, signed.profile.document.version);
    // A gateway that lists one and gives another is wrong about one of them.
    if (signed.profile.reference !== reference) throw profileError('profile_conflict', reference);
    if (stored?.profile.reference !== reference) requireAsSeen(to.seen, signed);
    to.profiles.push(signed);
    to.seen = withSeen(to.seen, [signed]);
    return { reference, outcome: 'new', problem: null };
  } catch (cause) {
    // One that is refused keeps no other one out.
    if (!(cause instanceof SanadError)) throw cause;
    return { reference, outcome: 'refused', problem: cause.problem };
  }
}
