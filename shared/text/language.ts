/** The languages of everything that people read. */
export const languages = ['en', 'ur'] as const;
export type Language = (typeof languages)[number];

export function isLanguage(text: string): text is Language {
  return languages.some((language) => language === text);
}

export function directionOf(language: Language): 'ltr' | 'rtl' {
  return language === 'ur' ? 'rtl' : 'ltr';
}

/** From a profile, which has every text in English and perhaps not in every language of ours. */
export function inLanguage(text: Readonly<Record<string, string>>, language: Language): string {
  return text[language] ?? text['en'] ?? '';
}

/** U+2068 and U+2069: an address, a key, a number or a name keeps its own direction within a sentence of Urdu. */
export function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}
