import { checkValue, type Finding } from '../authority-profile/check-value.ts';
import { cleanIdentifier, type Cleaning } from '../authority-profile/clean-text.ts';
import { findingMessages } from '../../text/finding/index.ts';
import { inLanguage, type Language } from '../../text/language.ts';
import { say } from '../../text/say.ts';
import { interviewMessages } from '../../text/interview/index.ts';
import type { Question, Said } from './question.ts';
import { withAnswer, type Interview, type InterviewState } from './state.ts';

/** A file that was looked at and stored: which document it is, and where it lies. */
export interface GivenFile {
  readonly kind: string;
  readonly id: string;
}

/** A refused answer changes nothing. */
export type Taken =
  | { readonly kind: 'taken'; readonly state: InterviewState; readonly said: readonly Said[] }
  | { readonly kind: 'refused'; readonly said: readonly Said[] };

/** Takes an answer in words: a choice by its identifier, "yes" and "no" for a confirmation. */
export function giveAnswer(interview: Interview, question: Question, text: string): Taken {
  const { state } = interview;
  switch (question.kind) {
    case 'choice':
    case 'confirm':
      return question.id.startsWith('field.')
        ? giveField(interview, question, text)
        : giveChoice(interview, question, text);
    case 'files':
      return question.isOptional && text.trim() === ''
        ? { kind: 'taken', state: withAnswer(state, question.id, ''), said: [] }
        : wrong(interview.language, { code: 'absent' });
    case 'text':
    case 'paragraph':
    case 'addresses':
    case 'date':
      return giveField(interview, question, text);
    default:
      return question.kind satisfies never;
  }
}

/** Takes the files of a question for files; they take the place of those that it had. */
export function giveFiles(interview: Interview, question: Question, files: readonly GivenFile[]): Taken {
  const { state, language } = interview;
  const slots = question.slots ?? [];
  const stray = files.find(({ kind }) => !slots.some((slot) => slot.kind === kind));
  if (stray !== undefined) return wrong(language, { code: 'unasked' });
  const given = slots.map((slot) => ({ slot, ids: idsOf(files, slot.kind) }));
  const crowded = given.find(({ slot, ids }) => ids.length > slot.atMost);
  if (crowded !== undefined) {
    const { label, atMost } = crowded.slot;
    return refusal(language, 'too_many_files', { document: label, most: atMost });
  }
  const kinds = given.filter(({ ids }) => ids.length > 0);
  if (kinds.length === 0 && !question.isOptional) return wrong(language, { code: 'absent' });
  const documents = { ...state.documents };
  for (const { slot, ids } of kinds) documents[slot.kind] = [...ids];
  const answered = withAnswer(state, question.id, kinds.map(({ slot }) => slot.kind).join(' '));
  return { kind: 'taken', state: { ...answered, documents }, said: [] };
}

function idsOf(files: readonly GivenFile[], kind: string): readonly string[] {
  return [...new Set(files.filter((file) => file.kind === kind).map(({ id }) => id))];
}

function giveChoice({ state, language }: Interview, question: Question, text: string): Taken {
  const { value } = cleanIdentifier(text);
  const ids = question.kind === 'confirm' ? ['yes', 'no'] : (question.choices ?? []).map(({ id }) => id);
  if (ids.includes(value)) {
    return { kind: 'taken', state: withAnswer(settled(state, question.id), question.id, value), said: [] };
  }
  if (value === '') return wrong(language, { code: 'absent' });
  return wrong(language, { code: 'not_a_choice', values: { choices: ids.join(', ') } });
}

/** What the way rests on is said anew: the way is found anew. */
function settled(state: InterviewState, question: string): InterviewState {
  const isAboutWay = question === 'address' || question.startsWith('finder.');
  if (!isAboutWay || state.answers['route'] === undefined) return state;
  const { route: former, ...answers } = state.answers;
  return {
    ...state,
    answers,
    order: state.order.filter((one) => one !== 'route'),
    former: { ...state.former, route: former },
  };
}

function giveField(interview: Interview, question: Question, text: string): Taken {
  const { profile, state, language } = interview;
  const name = question.id.slice('field.'.length);
  const rules = profile.fields.find(({ field }) => field.id === name);
  if (rules === undefined) return wrong(language, { code: 'unasked' });
  if (text.trim() === '') return giveNothing(interview, question);
  const checked = checkValue(rules, text);
  const cleaned = checked.cleaned.map((cleaning) => cleaningSaid(language, cleaning));
  // Invisible characters were all there was.
  if (checked.value === '') return { ...giveNothing(interview, question), said: cleaned };
  if (checked.wrong !== undefined) {
    return { kind: 'refused', said: [...cleaned, ...wrong(language, checked.wrong).said] };
  }
  const odd = checked.odd.map((finding) => ({ level: 'odd', text: findingText(language, finding) }) as const);
  return { kind: 'taken', state: withAnswer(state, question.id, checked.value), said: [...cleaned, ...odd] };
}

function giveNothing({ state, language }: Interview, question: Question): Taken {
  if (!question.isOptional) return wrong(language, { code: 'absent' });
  return { kind: 'taken', state: withAnswer(state, question.id, ''), said: [] };
}

function wrong(language: Language, finding: TextFinding): Taken & { readonly kind: 'refused' } {
  return { kind: 'refused', said: [{ level: 'wrong', text: findingText(language, finding) }] };
}

function refusal(
  language: Language,
  message: keyof typeof interviewMessages.en,
  values: Readonly<Record<string, string | number>>,
): Taken {
  return {
    kind: 'refused',
    said: [{ level: 'wrong', text: say(interviewMessages, language, { message, values }) }],
  };
}

type TextFinding = Pick<Finding, 'reason' | 'values'> & {
  readonly code: Finding['code'] | 'absent' | 'unasked';
};

/** The profile's own words where it has any. */
export function findingText(language: Language, { code, reason, values = {} }: TextFinding): string {
  if (reason !== undefined) return inLanguage(reason, language);
  return say(findingMessages, language, { message: code, values });
}

export function cleaningSaid(language: Language, cleaning: Cleaning): Said {
  return { level: 'cleaned', text: say(findingMessages, language, { message: cleaning }) };
}
