import pc from 'picocolors';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** In words, e.g. `<= 0.30`; null: reported beside the others, without a goal. */
  readonly goal: string | null;
  /** null where there is no goal. */
  readonly met: boolean | null;
}

/** A figure that is to be at most `limit`. */
export const atMost = (name: string, value: number, unit: string, limit: number): Figure => ({
  name,
  value: round(value),
  unit,
  goal: `<= ${limit}`,
  met: value <= limit,
});

/** A figure that is to be at least `limit`. */
export const atLeast = (name: string, value: number, unit: string, limit: number): Figure => ({
  name,
  value: round(value),
  unit,
  goal: `>= ${limit}`,
  met: value >= limit,
});

/** A figure told beside the others. */
export const beside = (name: string, value: number, unit: string): Figure => ({
  name,
  value: round(value),
  unit,
  goal: null,
  met: null,
});

const round = (value: number): number => Number(value.toPrecision(3));

/** For even counts the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function printTable(figures: readonly Figure[]): void {
  const width = Math.max(...figures.map(({ name }) => name.length));
  for (const { name, value, unit, goal, met } of figures) {
    const verdict = met === null ? '' : met ? pc.green('met') : pc.red('missed');
    console.log(
      `${name.padEnd(width)}  ${String(value).padStart(8)} ${unit.padEnd(8)} ${(goal ?? '').padEnd(8)} ${verdict}`,
    );
  }
}
