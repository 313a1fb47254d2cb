import type { AuthorityProfile } from '../registration/authority-profile/read-profile.ts';
import type { ProfileField } from '../registration/authority-profile/profile-schema.ts';
import { readIpAddress } from '../wireguard/ip-address.ts';
import {
  MAX_DETAILS,
  MAX_LABEL_CHARACTERS,
  MAX_NAME_CHARACTERS,
  MAX_VALUE_CHARACTERS,
  type ReportedDetail,
} from './report-schema.ts';

/** How many letters and digits of a number stay: enough for its owner to recognise it. */
const SHOWN = 4;
const MASK = '•';

/**
 * The answers that a report tells, in the order and words of the authority's profile: what says who somebody is or can be
 * reached by is masked, and what proves nothing is left out. undefined: the profile is not here; then nobody says what is
 * personal, and everything but addresses is masked.
 */
export function reportedDetails(
  fields: Readonly<Record<string, string>>,
  profile: AuthorityProfile | undefined,
): ReportedDetail[] {
  const details = profile === undefined ? allMasked(fields) : detailsBy(profile, fields);
  // The answers are what a gateway tells of them: never more than a report has room for.
  return details
    .filter(({ name, value }) => value !== '' && name !== '' && name.length <= MAX_NAME_CHARACTERS)
    .slice(0, MAX_DETAILS)
    .map((detail) => ({ ...detail, value: detail.value.slice(0, MAX_VALUE_CHARACTERS) }));
}

function allMasked(fields: Readonly<Record<string, string>>): ReportedDetail[] {
  return Object.entries(fields).map(([name, value]) =>
    isAddresses(value) ? { name, value, masked: false } : { name, value: mask(value), masked: true },
  );
}

/** A line's addresses are what is registered; they say it without a profile. */
function isAddresses(value: string): boolean {
  return value.split(/[\s,]+/).every((part) => readIpAddress(part) !== undefined);
}

function detailsBy(
  { document }: AuthorityProfile,
  fields: Readonly<Record<string, string>>,
): ReportedDetail[] {
  return document.fields.flatMap((field): ReportedDetail[] => {
    const value = Object.hasOwn(fields, field.id) ? fields[field.id] : undefined;
    const telling = tellingOf(field);
    if (value === undefined || telling === 'left_out') return [];
    const masked = telling === 'masked';
    return [{ name: field.id, value: masked ? mask(value) : value, masked, label: labelFrom(field) }];
  });
}

function tellingOf({ kind, masked, reported }: ProfileField): 'masked' | 'plain' | 'left_out' {
  const isPersonal: boolean = masked ?? kind === 'identifier';
  if (isPersonal) return 'masked';
  // An identifier whose profile says that it is not personal.
  return reported === true || kind === 'addresses' || kind === 'identifier' ? 'plain' : 'left_out';
}

function labelFrom({ id, label }: ProfileField): NonNullable<ReportedDetail['label']> {
  const cut = (text: string): string => text.slice(0, MAX_LABEL_CHARACTERS);
  const { en = id, ur } = label;
  return ur === undefined ? { en: cut(en) } : { en: cut(en), ur: cut(ur) };
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
