import { profileFor } from '#client/application/profile-for.ts';
import { guideBody, guideLines } from '#shared/guide/guide-page.ts';
import { inLanguage, type Language } from '#shared/text/language.ts';
import { strong, type Answer } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import { languageFrom } from '../language.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../terminal/table.ts';
import { applicationContext } from './finish-application.ts';
import { writePrinted } from './printed-file.ts';

interface GuideOptions {
  readonly category: string | undefined;
  readonly profile: string | undefined;
  readonly language: string | undefined;
  readonly out: string | undefined;
}

/** Writes the one-page guide for a kind of applicant; without one, says which there are. */
export async function guideCommand(surroundings: Surroundings, options: GuideOptions): Promise<Answer> {
  const language: Language = languageFrom(options.language, surroundings.environment ?? {});
  const { profiles } = applicationContext(surroundings, language);
  const profile = await profileFor(profiles, options.profile);
  const { categories } = profile.document;
  const category = categories.find(({ id }) => id === options.category);
  if (options.category !== undefined && category === undefined) {
    const names = categories.map(({ id }) => id).join(', ');
    throw cliError('usage', { detail: `there is no such kind of applicant; there are: ${names}` });
  }
  if (category === undefined || options.out === undefined) {
    return {
      json: { categories: categories.map(({ id, name }) => ({ id, name })) },
      lines: [
        ...table(categories.map(({ id, name }) => [id, inLanguage(name, language)] as const)),
        strong('Next: write one: sanad guide CATEGORY --out guide.pdf'),
      ],
    };
  }
  const lines = guideLines({ profile, category, language });
  const page = { language, title: lines.head, lines, body: guideBody({ profile, category, language }) };
  return await writePrinted(surroundings, { out: options.out, page, isOneSheet: true });
}
