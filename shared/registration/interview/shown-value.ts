import type { ProfileField } from '../authority-profile/profile-schema.ts';
import { inLanguage, type Language } from '../../text/language.ts';

/** A value as people write it: a number in its groups, a choice in words. */
export function shownValue({ display, choices }: ProfileField, value: string, language: Language): string {
  const chosen = choices?.find(({ id }) => id === value);
  if (chosen !== undefined) return inLanguage(chosen.label, language);
  if (display === undefined) return value;
  const { groups, separator } = display;
  // Of another length than the groups: as it is.
  if (groups.reduce((sum, length) => sum + length, 0) !== value.length) return value;
  let at = 0;
  return groups.map((length) => value.slice(at, (at += length))).join(separator);
}
