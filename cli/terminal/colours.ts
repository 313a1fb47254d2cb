interface Looking {
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly words: readonly string[];
}

/** Only where somebody looks at a terminal that can, and has not said no. */
export function wantsColours({ isTerminal, environment, words }: Looking): boolean {
  // https://no-color.org: set and not empty.
  const isRefused = (environment['NO_COLOR'] ?? '') !== '' || words.includes('--no-color');
  return isTerminal && !isRefused && environment['TERM'] !== 'dumb';
}
