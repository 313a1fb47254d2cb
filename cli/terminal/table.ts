import { displayWidth, padded } from './display-width.ts';

/** Two columns, the first as wide as it needs. */
export function table(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(0, ...rows.map(([name]) => displayWidth(name)));
  return rows.map(([name, value]) => `${padded(name, width)}  ${value}`.trimEnd());
}
