import { inLanguage, type Language } from '../../text/language.ts';
import type { ProfileField } from './profile-schema.ts';

/** A kept value as people write it: an identifier in its groups, a choice in its words. */
export function shownValue(field: ProfileField, value: string, language: Language): string {
  const { kind, choices = [], display } = field;
  if (kind === 'choice') {
    const label = choices.find(({ id }) => id === value)?.label;
    return label === undefined ? value : inLanguage(label, language);
  }
  if (display === undefined) return value;
  const { groups, separator } = display;
  // Another length than the groups': the profile says nothing of it, so it stays as it is.
  if (groups.reduce((sum, length) => sum + length, 0) !== value.length) return value;
  let from = 0;
  return groups.map((length) => value.slice(from, (from += length))).join(separator);
}

/** Whether a value is words, which have a direction of their own, or a number or an address, which run left to right. */
export function isWords({ kind }: ProfileField): boolean {
  return kind === 'text' || kind === 'paragraph' || kind === 'choice';
}
