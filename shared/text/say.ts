import { IntlMessageFormat } from 'intl-messageformat';
import { isolate, type Language } from './language.ts';

/** A subject's messages in one language: name to ICU message. */
export type Messages = Readonly<Record<string, string>>;
/** The same messages in every language. */
export type Catalogue<M extends Messages> = Readonly<Record<Language, Readonly<Record<keyof M, string>>>>;
export type MessageValues = Readonly<Record<string, string | number | Date>>;

/** Says one message of a catalogue. Text among the values is isolated where the language runs right to left. */
export function say<M extends Messages>(
  catalogue: Catalogue<M>,
  language: Language,
  options: { readonly message: keyof M & string; readonly values?: MessageValues },
): string {
  return format(catalogue[language][options.message], language, options.values ?? {});
}

const compiled = new Map<string, IntlMessageFormat>();

/** An ICU message of anybody's. Throws where it is none, or a value is missing. */
export function format(message: string, language: Language, values: MessageValues): string {
  const key = `${language}:${message}`;
  let formatter = compiled.get(key);
  if (formatter === undefined) {
    // No tags: nothing of a message is ever markup. Latin digits in Urdu, as Pakistan's forms are filled in with.
    formatter = new IntlMessageFormat(message, localeOf(language), undefined, { ignoreTag: true });
    compiled.set(key, formatter);
  }
  const isolated = language === 'ur' ? isolatedValues(values) : values;
  return String(formatter.format({ ...isolated }));
}

function localeOf(language: Language): string {
  return language === 'ur' ? 'ur-PK-u-nu-latn' : 'en-GB';
}

function isolatedValues(values: MessageValues): MessageValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? isolate(value) : value]),
  );
}
