import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { acceptKeySet, restoreKeySet, type VerifiedKeySet } from '#shared/registration/key-set.ts';
import type { Primitives } from '#shared/registration/primitives.ts';
import { refusal, refuse, RefusedError } from '#shared/registration/refusal.ts';
import {
  acceptDeliveredStatusList,
  restoreStatusList,
  type VerifiedStatusList,
} from '#shared/registration/status-list.ts';
import type { StateStore } from '../port/state-store.ts';
import type { FloorClock } from './floor-clock.ts';
import type { SignedFile, SignedFiles } from './signed-files.ts';

interface KeeperOptions {
  readonly store: StateStore;
  readonly clock: FloorClock;
  readonly primitives: Primitives;
  readonly files: SignedFiles;
  /** A key set or list is other than before. */
  readonly onChange: () => void;
}

/** The verified key sets and status lists of the anchored gateways, in memory and on disk. */
export class Keeper {
  readonly #options: KeeperOptions;
  #anchors: readonly Anchor[] = [];
  #keySets = new Map<string, VerifiedKeySet>();
  #statusLists = new Map<string, VerifiedStatusList>();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  get anchors(): readonly Anchor[] {
    return this.#anchors;
  }

  get keySets(): readonly VerifiedKeySet[] {
    return [...this.#keySets.values()];
  }

  get statusLists(): ReadonlyMap<string, VerifiedStatusList> {
    return this.#statusLists;
  }

  /** Reads back from disk what these anchors vouch for; whatever others vouched for counts no longer. */
  async useAnchors(anchors: readonly Anchor[]): Promise<void> {
    const [keySetTexts, listTexts] = await Promise.all([
      this.#options.store.readSignedFiles('key-set'),
      this.#options.store.readSignedFiles('status-list'),
    ]);
    // What is in memory comes along: it is newer where the disk did not take it.
    const keySets = this.#restoreKeySets([...keySetTexts, ...this.keySets.map(({ text }) => text)], anchors);
    const known = [...this.#statusLists.values()].map(({ text }) => text);
    const lists = this.#restoreStatusLists([...listTexts, ...known], keySets);
    this.#anchors = anchors;
    this.#keySets = newestBy(
      keySets,
      ({ issuer }) => issuer,
      ({ version }) => version,
    );
    this.#statusLists = newestBy(
      lists,
      ({ uri }) => uri,
      ({ issuedAt }) => issuedAt,
    );
    for (const { issuedAt } of [...keySets, ...lists]) this.#options.clock.learn(issuedAt);
    this.#options.onChange();
  }

  /** A key set from anywhere. Throws the refusal. */
  async takeKeySet(text: string): Promise<VerifiedKeySet> {
    const keySet = this.#acceptFromAny(text);
    if (this.#keySets.get(keySet.issuer) === keySet) {
      await this.#options.files.saveRest();
      return keySet;
    }
    this.#keySets.set(keySet.issuer, keySet);
    await this.#adopt({ kind: 'key-set', name: keySet.issuer, text }, keySet.issuedAt);
    return keySet;
  }

  /** The list that was asked for at `uri`. Throws the refusal. */
  async takeStatusList(text: string, uri: string): Promise<VerifiedStatusList> {
    const list = this.#acceptDelivered(text);
    if (list.uri !== uri) refuse('status_list_issuer_wrong', 'another list than the one asked for');
    return await this.#adoptList(list, text);
  }

  /** A list that nobody asked for. Throws the refusal. */
  async takeDeliveredStatusList(text: string): Promise<VerifiedStatusList> {
    return await this.#adoptList(this.#acceptDelivered(text), text);
  }

  async #adoptList(list: VerifiedStatusList, text: string): Promise<VerifiedStatusList> {
    if (this.#statusLists.get(list.uri) === list) {
      await this.#options.files.saveRest();
      return list;
    }
    this.#statusLists.set(list.uri, list);
    await this.#adopt({ kind: 'status-list', name: list.uri, text }, list.issuedAt);
    return list;
  }

  /** In force at once: bad news does not wait for the disk. */
  async #adopt(file: SignedFile, issuedAt: number): Promise<void> {
    const { clock, files, onChange } = this.#options;
    clock.learn(issuedAt);
    onChange();
    await files.save(file);
  }

  #acceptFromAny(text: string): VerifiedKeySet {
    const { clock, primitives } = this.#options;
    let refused: unknown = new RefusedError(refusal('key_set_missing'));
    for (const anchor of this.#anchors) {
      try {
        const stored = this.#keySets.get(anchor.origin);
        return acceptKeySet({ text, anchor, stored, clock: clock.read(), primitives });
      } catch (cause) {
        refused = cause;
        // Another anchor's root may have signed it; any other refusal is about this anchor's own key set.
        if (!(cause instanceof SanadError) || cause.problem.code !== 'key_set_root_unknown') break;
      }
    }
    throw refused;
  }

  #acceptDelivered(text: string): VerifiedStatusList {
    const { clock, primitives } = this.#options;
    const known = { keySets: this.keySets, stored: this.#statusLists };
    return acceptDeliveredStatusList({ text, ...known, clock: clock.read(), primitives });
  }

  #restoreKeySets(texts: readonly string[], anchors: readonly Anchor[]): readonly VerifiedKeySet[] {
    const { primitives } = this.#options;
    return texts.flatMap((text) => firstOf(anchors, (anchor) => restoreKeySet({ text, anchor, primitives })));
  }

  #restoreStatusLists(
    texts: readonly string[],
    keySets: readonly VerifiedKeySet[],
  ): readonly VerifiedStatusList[] {
    const { primitives } = this.#options;
    return texts.flatMap((text) =>
      firstOf(keySets, (keySet) => restoreStatusList({ text, keySet, primitives })),
    );
  }
}

/** What the first of them makes of it; a file on disk that none vouches for any longer is left alone. */
function firstOf<Source, Restored>(
  sources: readonly Source[],
  restore: (source: Source) => Restored,
): readonly Restored[] {
  for (const source of sources) {
    try {
      return [restore(source)];
    } catch (cause) {
      if (!(cause instanceof SanadError)) throw cause;
    }
  }
  return [];
}

function newestBy<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  ageOf: (item: Item) => number,
): Map<string, Item> {
  return new Map(items.toSorted((a, b) => ageOf(a) - ageOf(b)).map((item) => [nameOf(item), item]));
}
