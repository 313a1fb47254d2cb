import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { cleanIdentifier, cleanWords } from '#shared/registration/authority-profile/clean-text.ts';
import { readIpAddress } from '#shared/wireguard/ip-address.ts';

/** Somebody who works over the registration, and over what. */
export interface StaffMember {
  readonly name: string;
  /** A public address or a mobile number, as it was given. */
  readonly over: string;
}

/**
 * Why somebody is covered or not. address, number: it is among what is registered. every_line: a licensed provider's
 * customers are, wherever they are. other_address, other_number: it is not. changing: nothing fixed was named, so that
 * nothing can be registered for it.
 */
export type CoverageGround =
  'address' | 'number' | 'every_line' | 'other_address' | 'other_number' | 'changing';

export interface CoverageRow extends StaffMember {
  readonly isCovered: boolean;
  readonly ground: CoverageGround;
}

interface CoverageOptions {
  readonly route: string;
  /** By field, as they are registered. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Who of the staff is covered by what is registered, each with the reason. */
export function coverageOf(
  profile: AuthorityProfile,
  { route, fields }: CoverageOptions,
  staff: readonly StaffMember[],
): readonly CoverageRow[] {
  const subject = profile.document.routes.find(({ id }) => id === route)?.subject;
  const registered = registeredValues(profile, fields);
  return staff.map((member) => {
    const { isCovered, ground } = judge(member, { subject, registered });
    return { ...member, isCovered, ground };
  });
}

interface Registered {
  readonly addresses: ReadonlySet<string>;
  /** Digits only. */
  readonly numbers: ReadonlySet<string>;
}

function registeredValues(profile: AuthorityProfile, fields: Readonly<Record<string, string>>): Registered {
  const addresses = new Set<string>();
  const numbers = new Set<string>();
  for (const { field } of profile.fields) {
    const value = Object.hasOwn(fields, field.id) ? (fields[field.id] ?? '') : '';
    if (field.kind === 'addresses') for (const one of value.split(/[\s,]+/)) addresses.add(canonical(one));
    if (field.kind === 'identifier') numbers.add(digitsOf(value));
  }
  addresses.delete('');
  numbers.delete('');
  return { addresses, numbers };
}

interface Standing {
  readonly subject: 'source_address' | 'mobile_number' | 'provider' | 'endpoint' | undefined;
  readonly registered: Registered;
}

function judge({ over }: StaffMember, { subject, registered }: Standing) {
  const { value } = cleanIdentifier(over);
  const address = canonical(value);
  if (subject === 'provider' || subject === 'endpoint')
    return { isCovered: true, ground: 'every_line' } as const;
  if (registered.addresses.has(address)) return { isCovered: true, ground: 'address' } as const;
  const digits = digitsOf(value);
  const isNumber = digits.length >= 7 && readIpAddress(value) === undefined;
  // Written with or without its country: the end tells.
  const isRegistered = [...registered.numbers].some(
    (number) => isNumber && number.endsWith(digits.slice(-9)),
  );
  if (subject === 'mobile_number' && isRegistered) return { isCovered: true, ground: 'number' } as const;
  if (readIpAddress(value) !== undefined) return { isCovered: false, ground: 'other_address' } as const;
  return { isCovered: false, ground: isNumber ? 'other_number' : 'changing' } as const;
}

function canonical(text: string): string {
  return readIpAddress(text)?.text ?? text.trim();
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

const MAX_STAFF = 500;

/** A table of names and lines, one person a line: `Ayesha; 39.32.10.1`. Lines without both are left out and named. */
export function readStaff(text: string): {
  readonly staff: readonly StaffMember[];
  readonly unread: readonly number[];
} {
  const staff: StaffMember[] = [];
  const unread: number[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [name = '', over = ''] = cleanWords(line, { lines: true }).value.split(/\s*[;,\t]\s*/);
    if (name === '' && over === '') continue;
    if (name === '' || over === '' || staff.length >= MAX_STAFF) unread.push(index + 1);
    else staff.push({ name: name.slice(0, 200), over: over.slice(0, 200) });
  }
  return { staff, unread };
}
