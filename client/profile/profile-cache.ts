import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import {
  openSignedProfile,
  type SignedProfile,
} from '#shared/registration/authority-profile/signed-profile.ts';
import { restoreKeySet, type VerifiedKeySet } from '#shared/registration/key-set.ts';
import { RefusedError } from '#shared/registration/refusal.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { JsonFolder } from '../file/json-folder.ts';
import { withLock } from '../file/lock.ts';
import { nodePrimitives } from '../node-primitives.ts';
import { MAX_NAMES, seenProfileSchema, withSeen, type SeenProfiles } from './seen-profile.ts';

/** What is kept of one gateway: as delivered, so that every reading verifies anew. */
const cacheSchema = z.object({
  ver: z.literal(1),
  origin: z.string(),
  key_set: z.string(),
  profiles: z.array(z.string()),
  seen: z.array(seenProfileSchema).default([]),
});

export interface CachedProfiles {
  readonly keySet: VerifiedKeySet;
  /** In the order in which they came: the last one of a name is the last one seen. */
  readonly profiles: readonly SignedProfile[];
  /** By name. Outlives the profiles: one that is not kept, or is signed with a key that is no more, was seen. */
  readonly seen: SeenProfiles;
}

/** Old cases are judged by old versions; beyond as many the oldest go of which there are newer ones. */
const MAX_KEPT = MAX_NAMES;

/** Signed profiles of each gateway, in the person's own folder. */
export class ProfileCache {
  readonly #directory: string;
  readonly #folder: JsonFolder<typeof cacheSchema>;

  constructor(configDirectory: string) {
    this.#directory = join(configDirectory, 'profile');
    this.#folder = new JsonFolder(this.#directory, cacheSchema);
  }

  /** What was accepted from that gateway and still verifies under its anchor; undefined: nothing. */
  async of(anchor: Anchor): Promise<CachedProfiles | undefined> {
    const kept = await this.#folder.read(nameOf(anchor));
    if (kept?.origin !== anchor.origin) return undefined;
    const keySet = trusted(() => restoreKeySet({ text: kept.key_set, anchor, primitives: nodePrimitives }));
    if (keySet === undefined) return undefined;
    const profiles = kept.profiles.flatMap(
      (text) => trusted(() => openSignedProfile({ text, keySet, primitives: nodePrimitives })) ?? [],
    );
    return { keySet, profiles, seen: withSeen(new Map(kept.seen.map((one) => [one.id, one])), profiles) };
  }

  /** One change at a time, built on what is there by then. Nothing is waited for meanwhile. */
  async change<Result>(anchor: Anchor, work: (cached: CachedProfiles | undefined) => Change<Result>) {
    return await withLock(join(this.#directory, `${nameOf(anchor)}.lock`), async () => {
      const { keep, result } = work(await this.of(anchor));
      const profiles = newest(keep.profiles).map(({ text }) => text);
      const seen = [...keep.seen.values()];
      const record = { ver: 1, origin: anchor.origin, key_set: keep.keySet.text, profiles, seen } as const;
      await this.#folder.write(nameOf(anchor), record);
      return result;
    });
  }
}

export interface Change<Result> {
  readonly keep: CachedProfiles;
  readonly result: Result;
}

function newest(profiles: readonly SignedProfile[]): readonly SignedProfile[] {
  const isLast = ({ profile }: SignedProfile, index: number): boolean =>
    !profiles.slice(index + 1).some((later) => later.profile.document.id === profile.document.id);
  let tooMany = profiles.length - MAX_KEPT;
  return profiles.filter((one, index) => isLast(one, index) || tooMany-- <= 0).slice(-MAX_KEPT);
}

/** What no longer verifies (the gateway has other keys, the program another format) is as if it were not there. */
function trusted<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof RefusedError || cause instanceof SanadError) return undefined;
    throw cause;
  }
}

/** An origin holds colons and slashes. */
function nameOf({ origin }: Anchor): string {
  return createHash('sha256').update(origin).digest('hex').slice(0, 24);
}
