import type { Question } from '#shared/registration/interview/question.ts';
import { askingMessages } from '#shared/text/asking/index.ts';
import type { Language } from '#shared/text/language.ts';
import { say, type MessageValues } from '#shared/text/say.ts';
import { faint, type Line } from '../answer.ts';
import { table } from '../terminal/table.ts';
import { wrap } from '../terminal/wrap.ts';

type Message = keyof typeof askingMessages.en;

export function words(language: Language, message: Message, values: MessageValues = {}): string {
  return say(askingMessages, language, { message, values });
}

interface LinesOptions {
  readonly language: Language;
  readonly columns: number;
}

/** What is asked, in a line. Several documents follow it one a line: their names have commas. */
export function headOf({ label, slots = [], isOneEnough = false }: Question, language: Language): string {
  return slots.length > 1 ? words(language, isOneEnough ? 'files_any' : 'files_all') : label;
}

/** What a person should know before answering, above the prompt. */
export function aboutLines(question: Question, { language, columns }: LinesOptions): readonly Line[] {
  const { kind, help, example, shown = [], slots = [], isOneEnough = false } = question;
  const text = (message: Message, values?: MessageValues) => words(language, message, values);
  const rows = table(shown.map(({ label, value }) => [`  ${label}`, value]));
  const sentences = [
    ...(help ?? '').split('\n').filter((line) => line !== ''),
    ...(example === undefined ? [] : [text('example', { example })]),
    ...(kind === 'files' ? [text('type_files')] : []),
    ...(kind === 'files' && isOneEnough && slots.length > 1 ? [text('type_kinds', kindsExample(slots))] : []),
    ...(slots.some(({ isStamped }) => isStamped) ? [text('stamped')] : []),
  ];
  return [
    ...documents(slots, isOneEnough),
    ...rows,
    ...sentences.flatMap((sentence) => wrap(sentence, columns)).map(faint),
  ];
}

function documents(slots: NonNullable<Question['slots']>, isOneEnough: boolean): readonly string[] {
  if (slots.length < 2) return [];
  return slots.map(({ label }, index) => (isOneEnough ? `  - ${label}` : `  ${index + 1}  ${label}`));
}

function kindsExample(slots: NonNullable<Question['slots']>): { readonly example: string } {
  const second = slots[1];
  return { example: `${second?.kind ?? ''}=./file.pdf (${second?.label ?? ''})` };
}

/** The choices of a question, a confirmation's in words, with what each means. */
export function choicesOf(
  { kind, choices = [] }: Question,
  language: Language,
): readonly { readonly id: string; readonly label: string; readonly help?: string | undefined }[] {
  if (kind !== 'confirm') return choices;
  return [
    { id: 'yes', label: words(language, 'yes') },
    { id: 'no', label: words(language, 'no') },
  ];
}

/** Chosen by pressing Enter alone. To what binds, nobody says yes by that. */
export function defaultOf({ id, default: given }: Question): string | undefined {
  return id === 'declaration' || id === 'consent' ? 'no' : given;
}
