import {
  MAX_DETAILS,
  MAX_NAME_CHARACTERS,
  MAX_VALUE_CHARACTERS,
  type ReportedDetail,
} from './report-schema.ts';

/** How many letters and digits of a number stay: enough for its owner to recognise it. */
const SHOWN = 4;
const MASK = '•';

/**
 * What may stand in a report as it is. Everything else that was answered is either a number that says who somebody
 * is or can be reached by, and is masked, or is left out: purpose, employer and the like prove nothing.
 */
const plain: ReadonlySet<string> = new Set(['company_name', 'isp_name', 'provider', 'source_address']);
const numbers =
  /(^|_)(cnic|nic|ntn|strn|passport|identity|id|mobile|msisdn|phone|landline|telephone|sim|imsi|subscriber|tax|pseb|license|licence|registration|incorporation)(_|$)/;

/** The answers that a report tells, identity numbers masked. */
export function reportedDetails(fields: Readonly<Record<string, string>>): ReportedDetail[] {
  const details = Object.entries(fields).flatMap(([name, value]): ReportedDetail[] => {
    // The answers are what a gateway tells of them: never more than a report has room for.
    if (value === '' || name === '' || name.length > MAX_NAME_CHARACTERS) return [];
    if (plain.has(name)) return [{ name, value: value.slice(0, MAX_VALUE_CHARACTERS), masked: false }];
    if (!numbers.test(name)) return [];
    return [{ name, value: mask(value).slice(0, MAX_VALUE_CHARACTERS), masked: true }];
  });
  return details.slice(0, MAX_DETAILS);
}

/** All letters and digits but the last four as dots; of anything short, all of them. */
export function mask(text: string): string {
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  // Never more than a third of it.
  const shown = Math.min(SHOWN, Math.floor(letters / 3));
  let left = letters;
  return Array.from(text, (letter) => {
    if (!/[\p{L}\p{N}]/u.test(letter)) return letter;
    return left-- > shown ? MASK : letter;
  }).join('');
}
