import {
  heldByService,
  keptByService,
  remnantKinds,
  type Outcome,
  type Place,
  type Remnant,
  type RemnantKind,
} from './remnant.ts';

interface ClearOptions {
  readonly places: readonly Place[];
  /** Only says what it would do. */
  readonly dryRun: boolean;
  /** A service runs: what it needs to go on is its own. */
  readonly isServiceRunning: boolean;
}

type Seen = { readonly found: Remnant } | { readonly failed: Outcome };

/**
 * Looks everywhere, then takes away what was found, in the order of `remnantKinds`. What fails keeps nothing else
 * from being cleared: whoever asks sits before a machine without network.
 */
export async function clear({ places, dryRun, isServiceRunning }: ClearOptions): Promise<readonly Outcome[]> {
  const mine = places.filter(({ kind }) => !isServiceRunning || !keptByService.has(kind));
  const mayTake = (one: Seen): boolean => dryRun || !isServiceRunning || !heldByService.has(kindOf(one));
  const seen = (await Promise.all(mine.map(look)))
    .flat()
    .filter((one) => 'failed' in one || mayTake(one))
    .toSorted(byKind);
  const outcomes: Outcome[] = [];
  for (const one of seen) outcomes.push('failed' in one ? one.failed : await deal(one.found, dryRun));
  return outcomes;
}

/** Names of what is there. What cannot be looked at is `clear`'s to report. */
export async function namesOf(
  places: readonly Place[],
  kinds: ReadonlySet<RemnantKind>,
): Promise<readonly string[]> {
  const seen = (await Promise.all(places.filter(({ kind }) => kinds.has(kind)).map(look))).flat();
  return seen.flatMap((one) => ('found' in one ? [one.found.name] : []));
}

async function look({ kind, look }: Place): Promise<readonly Seen[]> {
  try {
    return (await look()).map((found) => ({ found }));
  } catch (cause) {
    return [{ failed: { kind, name: 'could not be looked at', outcome: 'failed', detail: wordsOf(cause) } }];
  }
}

async function deal({ kind, name, remove }: Remnant, dryRun: boolean): Promise<Outcome> {
  if (dryRun) return { kind, name, outcome: 'would_remove' };
  try {
    await remove();
    return { kind, name, outcome: 'removed' };
  } catch (cause) {
    return { kind, name, outcome: 'failed', detail: wordsOf(cause) };
  }
}

const kindOf = (seen: Seen): RemnantKind => ('failed' in seen ? seen.failed.kind : seen.found.kind);
const byKind = (a: Seen, b: Seen): number =>
  remnantKinds.indexOf(kindOf(a)) - remnantKinds.indexOf(kindOf(b));

const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
