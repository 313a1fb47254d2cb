import { eastAsianWidth } from 'get-east-asian-width';

/**
 * How many columns a terminal gives a text. Marks (Urdu's vowel signs) and joiners take none; Chinese, Japanese and
 * Korean letters take two.
 */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (!/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) width += eastAsianWidth(character.codePointAt(0) ?? 0);
  }
  return width;
}

/** padEnd by what is seen. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}
