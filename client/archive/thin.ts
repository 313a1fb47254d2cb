/** A kept status list, as its file's name tells. */
export interface KeptList {
  readonly name: string;
  /** `iat` of the list, seconds since the epoch. */
  readonly issuedAt: number;
  /** The same as long as the statuses of this person's certificates are the same. */
  readonly statuses: string;
  readonly bytes: number;
}

const DAY_SECONDS = 86_400;
/** So long one a day is kept. */
const DAILY_SECONDS = 35 * DAY_SECONDS;
/** From then on one in so many days: shorter than the week that lists count at most, so that no day is without proof. */
const LATER_DAYS = 6;
/** A list of a million certificates with many revoked is 450 KB: 70 of the largest, thousands of the usual. */
export const MAX_LIST_BYTES = 32 * 1024 * 1024;

/**
 * Which lists of one address need not be kept: all but the newest of each day or later of each six days, and the first
 * and last of each stretch in which nothing changed for this person. Days are counted back from the newest list and not
 * from the machine's clock, which may be wrong. Beyond the space the oldest go first.
 */
export function superfluous(kept: readonly KeptList[]): readonly KeptList[] {
  const sorted = kept.toSorted((a, b) => a.issuedAt - b.issuedAt);
  const newest = sorted.at(-1)?.issuedAt ?? 0;
  const drop = new Set(
    sorted.filter((list, index) => {
      const before = sorted[index - 1];
      const after = sorted[index + 1];
      const isChange = before?.statuses !== list.statuses || after?.statuses !== list.statuses;
      return !isChange && after !== undefined && bucket(after, newest) === bucket(list, newest);
    }),
  );
  let bytes = 0;
  for (const list of sorted.toReversed()) {
    if (!drop.has(list)) bytes += list.bytes;
    if (bytes > MAX_LIST_BYTES) drop.add(list);
  }
  return [...drop];
}

function bucket({ issuedAt }: KeptList, newest: number): string {
  const day = Math.floor(issuedAt / DAY_SECONDS);
  return newest - issuedAt < DAILY_SECONDS ? `${day}` : `later ${Math.floor(day / LATER_DAYS)}`;
}
