import type { ReportedDetail } from '../report-schema.ts';
import { english } from './en.ts';
import { urdu } from './ur.ts';

/** The report's words in every language; English says which there are. */
export type ReportText = Readonly<Record<keyof typeof english, string>>;
export const reportLanguages = ['en', 'ur'] as const;
export type ReportLanguage = (typeof reportLanguages)[number];
export const reportText: Readonly<Record<ReportLanguage, ReportText>> = { en: english, ur: urdu };

export function directionOf(language: ReportLanguage): 'ltr' | 'rtl' {
  return language === 'ur' ? 'rtl' : 'ltr';
}

/** A sentence as pieces, so that each place that draws it keeps values in their own direction: {name} is a value. */
export function piecesOf(sentence: string, values: Readonly<Record<string, string>>): readonly Piece[] {
  return sentence.split(/(\{[a-z]+\})/).flatMap((part): Piece[] => {
    if (part === '') return [];
    const name = /^\{([a-z]+)\}$/.exec(part)?.[1];
    return [name === undefined ? { kind: 'words', text: part } : { kind: 'value', text: values[name] ?? '' }];
  });
}

export interface Piece {
  readonly kind: 'words' | 'value';
  readonly text: string;
}

/**
 * How a value runs among words of another direction. Only what has letters of a right-to-left script runs as it says
 * itself: numbers and dots alone would take the direction of what stands around them, and turn round.
 */
export function directionOfValue(text: string): 'auto' | 'ltr' {
  return /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(text) ? 'auto' : 'ltr';
}

/** The sentence as plain text, for left-to-right places. */
export function fill(sentence: string, values: Readonly<Record<string, string>>): string {
  return piecesOf(sentence, values)
    .map(({ text }) => text)
    .join('');
}

/** A moment for people of every country: day, time, UTC; the same digits in every language. */
export function momentText(epochSeconds: number): string {
  const date = new Date(epochSeconds * 1000);
  return Number.isNaN(date.getTime()) ? '?' : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The words for one of the codes that a message is named after: `verdict_stands`, `state_attested`. */
export function wordFor(text: ReportText, kind: string, code: string): string | undefined {
  return Object.entries(text).find(([name]) => name === `${kind}_${code}`)?.[1];
}

/** What one of the registrant's answers is called: in the profile's words, which the report brings, or else its bare name. */
export function labelOf(
  { name, label }: Pick<ReportedDetail, 'name' | 'label'>,
  language: ReportLanguage,
): string {
  return label?.[language] ?? label?.en ?? name;
}
