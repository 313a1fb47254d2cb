import type { Application } from '../registration/authority-profile/evaluate.ts';
import type { ProfileLetter } from '../registration/authority-profile/profile-schema.ts';
import type { AuthorityProfile } from '../registration/authority-profile/read-profile.ts';
import { shownValue } from '../registration/interview/shown-value.ts';
import { inLanguage, type Language } from '../text/language.ts';
import { format } from '../text/say.ts';
import { utcDay } from '../text/utc-day.ts';

export interface LetterParts {
  readonly profile: AuthorityProfile;
  readonly letter: ProfileLetter;
  readonly language: Language;
  /** What is known of the applicant and the application, by field; as it is kept. */
  readonly fields: Application['fields'];
  readonly endpoint?: { readonly host: string; readonly port: number; readonly publicKey: string };
  /** Seconds since the epoch. */
  readonly now: number;
}

/** Words, or a place to be filled in by hand. */
export type LetterPiece = { readonly text: string } | { readonly blank: string };

export interface FilledLetter {
  readonly language: Language;
  readonly title: string;
  readonly subject: readonly LetterPiece[];
  /** By line. */
  readonly body: readonly (readonly LetterPiece[])[];
  /** What nobody knows yet, by the names of fields, each once. */
  readonly blanks: readonly string[];
}

/** Stands for a value that nobody knows; no letter has private-use characters of its own. */
const BLANK = '\uE000';

export function fillLetter(parts: LetterParts): FilledLetter {
  const { letter, language } = parts;
  const subject = pieces(parts, inLanguage(letter.subject, language)).flatMap((line, index) =>
    // One line, whatever a value holds.
    index === 0 ? line : [{ text: ' ' }, ...line],
  );
  const body = pieces(parts, inLanguage(letter.body, language));
  const blanks = [subject, ...body].flat().flatMap((piece) => ('blank' in piece ? [piece.blank] : []));
  return {
    language,
    title: inLanguage(letter.title, language),
    subject,
    body,
    blanks: [...new Set(blanks)],
  };
}

function pieces(parts: LetterParts, message: string): readonly (readonly LetterPiece[])[] {
  const names = [...new Set([...message.matchAll(/\{\s*([A-Za-z_]\w*)\s*\}/g)].map(([, name = '']) => name))];
  const values = Object.fromEntries(
    names.map((name) => [name, valueOf(parts, name) ?? `${BLANK}${name}${BLANK}`]),
  );
  return format(message, parts.language, values).split('\n').map(piecesOfLine);
}

/** Every second stretch between marks is a blank's name. */
function piecesOfLine(line: string): readonly LetterPiece[] {
  return line
    .split(BLANK)
    .map((stretch, index): LetterPiece => (index % 2 === 1 ? { blank: stretch } : { text: stretch }))
    .filter((piece) => 'blank' in piece || piece.text !== '');
}

function valueOf(
  { profile, language, fields, endpoint, now }: LetterParts,
  name: string,
): string | undefined {
  const known: Readonly<Record<string, string | undefined>> = {
    today: utcDay(now),
    endpoint_host: endpoint?.host,
    endpoint_port: endpoint === undefined ? undefined : String(endpoint.port),
    endpoint_public_key: endpoint?.publicKey,
  };
  if (Object.hasOwn(known, name)) return known[name];
  const rules = profile.fields.find(({ field }) => field.id === name)?.field;
  const value = Object.hasOwn(fields, name) ? (fields[name] ?? '').trim() : '';
  if (rules === undefined || value === '') return undefined;
  return shownValue(rules, value, language).replaceAll(BLANK, '');
}
