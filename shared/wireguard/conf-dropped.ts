import { asciiLowerCase } from './conf-line.ts';
import type { ConfEntry } from './conf-section.ts';

/** A line that Sanad knows and leaves out. */
export interface DroppedLine {
  readonly line: number;
  /** As WireGuard spells it. What stood behind it is not repeated. */
  readonly key: string;
  readonly reason: string;
}

const hook = 'Sanad never runs commands from a configuration.';

/** Keys of wg-quick(8) that are never passed on: a configuration is data, not a program. */
const droppedKeys = {
  PreUp: hook,
  PostUp: hook,
  PreDown: hook,
  PostDown: hook,
  SaveConfig: 'Sanad never changes a configuration by itself.',
  Table: 'Sanad keeps its own routing table.',
  FwMark: 'Sanad sets its own firewall mark.',
} as const;

const byLowerCase = new Map(
  Object.entries(droppedKeys).map(([key, reason]) => [asciiLowerCase(key), { key, reason }]),
);

/** What is said about this entry when it is one of those keys. */
export function droppedLine({ key, line }: ConfEntry): DroppedLine | undefined {
  const dropped = byLowerCase.get(asciiLowerCase(key));
  return dropped === undefined ? undefined : { line, ...dropped };
}
