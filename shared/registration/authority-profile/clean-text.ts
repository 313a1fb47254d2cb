/**
 * What people paste holds more than they see. invisible: characters of no width; direction: controls that turn text round
 * (a name can read as another one); digits: other digits than 0 to 9 in a number.
 */
export type Cleaning = 'invisible' | 'direction' | 'digits';

export interface CleanText {
  readonly value: string;
  /** What was taken out or exchanged, to be said. */
  readonly cleaned: readonly Cleaning[];
}

/** Unicode TR 9: embeddings, overrides, isolates and marks. */
const direction = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
/**
 * Control and format characters but line breaks, tabs, joiners and the visible signs before Arabic numbers; and letters
 * that fill a place with nothing.
 */
const invisible =
  /(?![\t\n\r])\p{Cc}|(?![\u200C-\u200D\u0600-\u0605\u06DD\u08E2])\p{Cf}|[\u115F\u1160\u3164\uFFA0\p{Variation_Selector}]/gu;
/** Joiners shape Urdu words; in a number they mean nothing. */
const joiners = /[\u200C\u200D]/gu;
const blanks = /[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/gu;

/** Words: Urdu keeps its joiners and its digits. Lines stay where `lines` says so. */
export function cleanWords(text: string, { lines }: { readonly lines: boolean }): CleanText {
  const { value, cleaned } = strip(text.normalize('NFC'));
  const spaced = value.replace(blanks, ' ').replace(/\r\n?/g, '\n');
  const broken = lines ? spaced : spaced.replace(/[\n\t]+/g, ' ');
  return { value: broken.trim(), cleaned };
}

/** Numbers, codes, addresses, dates: compatibility forms and every script's digits become ASCII. */
export function cleanIdentifier(text: string): CleanText {
  const { value, cleaned } = strip(text.normalize('NFKC'));
  const joined = value.replace(joiners, '');
  const western = joined.replace(/\p{Nd}/gu, westernDigit);
  const found = new Set(cleaned);
  if (joined !== value) found.add('invisible');
  if (western !== joined) found.add('digits');
  return { value: western.replace(blanks, ' ').trim(), cleaned: [...found] };
}

function strip(text: string): CleanText {
  const straight = text.replace(direction, '');
  const value = straight.replace(invisible, '');
  const cleaned: Cleaning[] = [];
  if (straight !== text) cleaned.push('direction');
  if (value !== straight) cleaned.push('invisible');
  return { value, cleaned };
}

/** Decimal digits of every script stand in blocks of ten that begin with their zero (Unicode Standard, section 4.6). */
function westernDigit(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  if (point < 0x80) return digit;
  let zero = point;
  while (point - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String(point - zero);
}
