import ipaddr from 'ipaddr.js';
import { cleanIdentifier, cleanWords, type Cleaning, type CleanText } from './clean-text.ts';
import type { ProfileText } from './profile-schema.ts';
import type { FieldRules } from './read-profile.ts';

/**
 * What is wrong with a value, or odd. `reason` is the profile's own text where it has one; else `code` and `values` are
 * said in words by shared/text.
 */
export interface Finding {
  readonly code:
    | 'too_short'
    | 'too_long'
    | 'form'
    | 'not_a_choice'
    | 'not_an_address'
    | 'address_not_public'
    | 'address_twice'
    | 'too_few'
    | 'too_many'
    | 'not_a_date';
  readonly reason?: ProfileText;
  readonly values?: Readonly<Record<string, string | number>>;
}

export interface CheckedValue {
  /** As it is to be kept; what was given where it is wrong. */
  readonly value: string;
  readonly cleaned: readonly Cleaning[];
  readonly wrong: Finding | undefined;
  readonly odd: readonly Finding[];
}

const MAX_ADDRESSES = 32;
const MAX_CHARACTERS = 2000;

/** Brings a value into the form in which it is kept and says what is wrong with it. It is not empty. */
export function checkValue(rules: FieldRules, text: string): CheckedValue {
  const { kind } = rules.field;
  const clean = kind === 'text' || kind === 'paragraph' ? words(text, kind) : cleanIdentifier(text);
  const { cleaned } = clean;
  const checked = checkers[kind](rules, clean.value);
  if ('code' in checked) return { value: clean.value, cleaned, wrong: checked, odd: [] };
  const failed = rules.rules.filter(({ pattern }) => !pattern.matches(checked.value));
  const findings = failed.map(({ level, reason }) => ({ level, finding: { code: 'form', reason } as const }));
  return {
    value: checked.value,
    cleaned,
    wrong: findings.find(({ level }) => level === 'required')?.finding,
    odd: findings.filter(({ level }) => level === 'warn').map(({ finding }) => finding),
  };
}

type Checker = (rules: FieldRules, value: string) => { readonly value: string } | Finding;

const checkers: Readonly<Record<FieldRules['field']['kind'], Checker>> = {
  identifier: (rules, value) => withinLength(rules, rewritten(rules, value)),
  text: withinLength,
  paragraph: withinLength,
  addresses,
  date,
  choice,
};

function words(text: string, kind: 'text' | 'paragraph'): CleanText {
  return cleanWords(text, { lines: kind === 'paragraph' });
}

function rewritten({ strip, rewrite }: FieldRules, value: string): string {
  const stripped = strip?.replaceAll(value, '') ?? value;
  return rewrite.reduce((text, step) => step.pattern.replaceAll(text, step.with), stripped);
}

/** In code points: an emoji is one character, and so is a letter of Urdu. */
function withinLength({ field: { least = 0, most = MAX_CHARACTERS } }: FieldRules, value: string) {
  const { length } = Array.from(value);
  if (length < least) return { code: 'too_short', values: { least, length } } as const;
  if (length > most) return { code: 'too_long', values: { most, length } } as const;
  return { value };
}

/** One or more public addresses, separated by commas or white space; kept canonical, joined by ", ". */
function addresses({ field: { least = 1, most = MAX_ADDRESSES } }: FieldRules, value: string) {
  const given = value.split(/[\s,;]+/).filter((address) => address !== '');
  if (given.length > most) return { code: 'too_many', values: { most } } as const;
  if (given.length < least) return { code: 'too_few', values: { least } } as const;
  const canonical: string[] = [];
  for (const address of given) {
    if (!isAddress(address)) return { code: 'not_an_address', values: { address } } as const;
    const parsed = ipaddr.parse(address);
    // Private, loopback, link-local, shared (100.64.0.0/10) and documentation ranges have names of their own.
    if (parsed.range() !== 'unicast') return { code: 'address_not_public', values: { address } } as const;
    const text = parsed.toString();
    if (canonical.includes(text)) return { code: 'address_twice', values: { address: text } } as const;
    canonical.push(text);
  }
  return { value: canonical.join(', ') };
}

/** Without ipaddr.js's kindness: it also reads 10.1, 0x7f.1 and fe80::1%eth0, which nobody means here. */
function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (ipaddr.IPv6.isValid(text) && !text.includes('%'));
}

function date(_rules: FieldRules, value: string) {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(value) && isDay(value);
  return isDate ? { value } : ({ code: 'not_a_date', values: { value } } as const);
}

/** 2026-02-30 is none. */
function isDay(value: string): boolean {
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

function choice({ field: { choices = [] } }: FieldRules, value: string) {
  const ids = choices.map(({ id }) => id);
  if (ids.includes(value)) return { value };
  return { code: 'not_a_choice', values: { choices: ids.join(', ') } } as const;
}
