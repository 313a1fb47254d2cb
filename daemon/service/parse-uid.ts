/** A uid as an argument of the command line; null where it was not given. Throws where it is none. */
export function parseUid(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^(?:0|[1-9][0-9]{0,9})$/.test(text)) throw new TypeError('not a uid');
  return Number(text);
}
