/** What exit codes mean, for help and the manual; docs/cli.md has the same table. */
export const exitMeanings = [
  ['0', 'done'],
  ['1', 'anything else'],
  ['2', 'usage: the command, a file or a name is not right, or nobody confirmed'],
  ['3', 'the service does not answer, or the tunnel did not come up'],
  ['4', 'refused because of the registration'],
  ['5', 'gateway or network'],
  ['6', 'keychain'],
  ['7', 'not permitted'],
  ['130', 'interrupted by Ctrl-C'],
] as const;
