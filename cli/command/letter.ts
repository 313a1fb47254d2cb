import { profileFor } from '#client/application/profile-for.ts';
import { knownOf } from '#client/application/known.ts';
import { fillLetter, type FilledLetter } from '#shared/letter/fill-letter.ts';
import { letterBody, letterEmail, letterLines, letterText } from '#shared/letter/write-letter.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { inLanguage, type Language } from '#shared/text/language.ts';
import { faint, strong, type Answer } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import { languageFrom } from '../language.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../terminal/table.ts';
import { applicationContext } from './finish-application.ts';
import { writePrinted } from './printed-file.ts';

interface ListOptions {
  readonly profile: string | undefined;
  readonly language: string | undefined;
}

interface WriteOptions extends ListOptions {
  readonly letter: string;
  readonly out: string | undefined;
}

/** Which letters the rules propose, and who writes each. */
export async function letterListCommand(surroundings: Surroundings, options: ListOptions): Promise<Answer> {
  const { profile, language } = await rulesFor(surroundings, options);
  const { letters } = profile.document;
  const rows = letters.map(({ id, summary }) => [id, inLanguage(summary, language)] as const);
  return {
    json: { letters: letters.map(({ id, title, summary }) => ({ id, title, summary })) },
    lines: [...table(rows), strong('Next: write one: sanad letter write LETTER --out letter.pdf')],
  };
}

/** Writes one with what is known of the applicant; without a file, shows it. */
export async function letterWriteCommand(surroundings: Surroundings, options: WriteOptions): Promise<Answer> {
  const { profile, language } = await rulesFor(surroundings, options);
  const letter = profile.document.letters.find(({ id }) => id === options.letter);
  if (letter === undefined) {
    const names = profile.document.letters.map(({ id }) => id).join(', ');
    throw cliError('usage', { detail: `there is no such letter; there are: ${names}` });
  }
  const { client } = surroundings;
  const known = await knownOf(client, profile);
  const filled = fillLetter({ profile, letter, language, ...known, now: client.now() });
  if (options.out === undefined) {
    return {
      json: { text: letterText(filled), blanks: filled.blanks },
      lines: [...shown(filled), ...toFill(profile, filled)],
    };
  }
  const lines = letterLines(filled);
  const page = { language, title: filled.title, lines, body: letterBody(filled) };
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  const others = { txt: () => letterText(filled), eml: () => letterEmail(filled, base64) };
  const written = await writePrinted(surroundings, { out: options.out, page, isOneSheet: false, others });
  const { blanks } = filled;
  return { json: { ...written.json, blanks }, lines: [...written.lines, ...toFill(profile, filled)] };
}

async function rulesFor(
  surroundings: Surroundings,
  options: ListOptions,
): Promise<{ readonly profile: AuthorityProfile; readonly language: Language }> {
  const language = languageFrom(options.language, surroundings.environment ?? {});
  const { profiles } = applicationContext(surroundings, language);
  return { profile: await profileFor(profiles, options.profile), language };
}

/** Without the marks of direction, which a terminal cannot show. */
function shown(filled: FilledLetter): readonly string[] {
  return letterText(filled)
    .replace(/[\u2068\u2069]/g, '')
    .trimEnd()
    .split('\n');
}

/** What is left to fill in, in the rules' words. */
function toFill(profile: AuthorityProfile, { blanks, language }: FilledLetter) {
  if (blanks.length === 0) return [];
  const labels = blanks.map((name) => {
    const found = profile.fields.find(({ field }) => field.id === name)?.field;
    return found === undefined ? name : inLanguage(found.label, language);
  });
  return [faint(`Left to fill in: ${labels.join(', ')}.`)];
}
