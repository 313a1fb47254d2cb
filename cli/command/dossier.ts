import { agreedApplication, composed, makeDossier } from '#client/dossier/application-dossier.ts';
import { copyToClipboard } from '#client/dossier/clipboard.ts';
import { openPortal } from '#client/dossier/open-portal.ts';
import { inLanguage, type Language } from '#shared/text/language.ts';
import { faint, good, strong, type Answer } from '../answer.ts';
import { makePrompter } from '../ask/make-prompter.ts';
import { languageFrom } from '../language.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';
import { table } from '../terminal/table.ts';
import { applicationContext } from './finish-application.ts';

export interface DossierOptions {
  /** undefined: the application that was worked on last. */
  readonly tunnel: string | undefined;
  readonly language: string | undefined;
}

/** Writes all that the portal asks for into a folder. */
export async function dossierMakeCommand(
  surroundings: Surroundings,
  { out, ...options }: DossierOptions & { readonly out: string },
): Promise<Answer> {
  const { work, language } = await workFor(surroundings, options);
  const environment = surroundings.environment ?? {};
  const made = await withProgress(surroundings.terminal, 'Making the dossier', () =>
    makeDossier(work, { folder: out, language, environment }),
  );
  const { files, isWithoutUrduPdf } = made;
  return {
    json: { files, isWithoutUrduPdf },
    lines: [
      ...files.map((file) => good(`Written: ${file}`)),
      ...(isWithoutUrduPdf ? [faint('No browser here prints Urdu; open the HTML in one and print it.')] : []),
      'It holds personal data: give it to nobody but the authority, and delete it when it is filed.',
      strong('Next: copy it into the portal: sanad dossier copy'),
    ],
  };
}

/** The portal's form in its order; on a terminal, if that is wanted, one value after the other into the clipboard. */
export async function dossierCopyCommand(
  surroundings: Surroundings,
  { clipboard, ...options }: DossierOptions & { readonly clipboard: boolean },
): Promise<Answer> {
  const { work, language } = await workFor(surroundings, options);
  const { dossier } = await composed(work);
  const rows =
    dossier.form.length > 0
      ? dossier.form
      : dossier.answers.map(({ field, label, shown }) => ({ field, label, value: shown }));
  const files = dossier.documents.map(({ label, file }) => [label, file] as const);
  if (clipboard && surroundings.terminal.isInteractive) await stepThrough(surroundings, rows, language);
  const shown = table([
    ...rows.map(({ label, value }) => [label, (value ?? '–').replace(/\s+/g, ' ')] as const),
    ...files,
  ]);
  return {
    json: { form: rows, documents: dossier.documents },
    lines: [...shown, strong('Next: when it is filed: sanad dossier filed')],
  };
}

/** Opens the portal that the rules name, in the system's browser. */
export async function dossierOpenCommand(
  surroundings: Surroundings,
  options: DossierOptions,
): Promise<Answer> {
  const { work, language } = await workFor(surroundings, options);
  const { uid, environment = {} } = surroundings;
  const url = await openPortal(work.profile, { environment, uid });
  const { portal } = work.profile.document;
  const steps = portal?.steps.map((step, index) => `${index + 1}. ${inLanguage(step, language)}`) ?? [];
  return { json: { url }, lines: [good(`Opened: ${url}`), ...steps] };
}

export async function workFor(surroundings: Surroundings, { tunnel, language: wanted }: DossierOptions) {
  const language = languageFrom(wanted, surroundings.environment ?? {});
  const work = await agreedApplication(applicationContext(surroundings, language), tunnel);
  return { work, language };
}

interface FormRow {
  readonly label: string;
  readonly value: string | null;
}

async function stepThrough(
  surroundings: Surroundings,
  rows: readonly FormRow[],
  language: Language,
): Promise<void> {
  const { environment = {} } = surroundings;
  const prompter = await makePrompter({ surroundings, language });
  try {
    for (const { label, value } of rows) {
      if (value === null) continue;
      await copyToClipboard(value, environment);
      const help = value.replace(/\s+/g, ' ');
      const question = {
        id: 'copied',
        kind: 'text',
        label: `${label}: copied; Enter for the next one`,
        help,
        isOptional: true,
      } as const;
      if ((await prompter.ask(question, () => Promise.resolve([]))) !== 'answered') return;
    }
  } finally {
    prompter.close();
    // An identity number stays in no clipboard.
    await copyToClipboard('', environment).catch(() => undefined);
  }
}
