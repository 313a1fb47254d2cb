import { isLanguage, type Language } from '#shared/text/language.ts';

/** The language that somebody asked for, by option, by SANAD_LANGUAGE, or by the system's own setting. */
export function languageFrom(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Language {
  const wanted = option ?? environment['SANAD_LANGUAGE'];
  if (wanted !== undefined && isLanguage(wanted)) return wanted;
  // POSIX, "Environment Variables": the first of these that is set and not empty.
  const names = ['LC_ALL', 'LC_MESSAGES', 'LANG'];
  const set = names.map((name) => environment[name] ?? '').find((value) => value !== '');
  return /^ur(?:[_.@-]|$)/i.test(set ?? '') ? 'ur' : 'en';
}
