import { evaluateProfile, type ProfileVerdict } from '../authority-profile/evaluate.ts';
import type { ProfileText } from '../authority-profile/profile-schema.ts';
import type { FinderQuestion, FinderStep } from '../authority-profile/route-finder.ts';
import { interviewMessages } from '../../text/interview/index.ts';
import { inLanguage } from '../../text/language.ts';
import { say } from '../../text/say.ts';
import { applicantQuestion } from './applicant-question.ts';
import { documentGroups, documentQuestion } from './document-question.ts';
import { fieldQuestion } from './field-question.ts';
import type { Question } from './question.ts';
import {
  answerOf,
  applicationOf,
  categoryOf,
  openCategories,
  openRoutes,
  routeChoice,
  type Interview,
} from './state.ts';

export type InterviewStep =
  | { readonly kind: 'question'; readonly question: Question }
  /** Everything that is required is there; what is optional can still be filled in. */
  | { readonly kind: 'ready'; readonly verdict: ProfileVerdict };

/** What to ask next. Asks for what is required or worth a word; what is optional only where somebody wants to say it. */
export function nextQuestion(interview: Interview): InterviewStep {
  const question = choiceOfWay(interview) ?? aboutApplication(interview);
  if (question !== undefined) return { kind: 'question', question };
  const application = applicationOf(interview);
  if (application === undefined) throw new Error('a way that is settled and is not');
  return { kind: 'ready', verdict: evaluateProfile(interview.profile, application) };
}

/** Any question by its identifier, to change its answer; undefined: there is none such for this application. */
export function questionNamed(interview: Interview, id: string): Question | undefined {
  if (id === 'route') return routeQuestion(interview);
  if (id === 'address') return addressQuestion(interview);
  if (id === 'category')
    return openCategories(interview).length > 1 ? categoryQuestion(interview) : undefined;
  if (id.startsWith('finder.')) {
    const asked = interview.profile.document.route_finder.questions.find((one) => id === `finder.${one.id}`);
    return asked === undefined ? undefined : finderQuestion(interview, asked);
  }
  const verdict = verdictOf(interview);
  if (verdict === undefined) return undefined;
  if (id === 'applicant') return applicantQuestion(interview, verdict);
  if (id.startsWith('document.')) {
    const group = documentGroups(interview.profile, verdict).find((one) => id === `document.${one.name}`);
    return group === undefined ? undefined : documentQuestion(interview, group);
  }
  const applying = verdict.fields.some(({ field }) => id === `field.${field}`);
  return applying ? fieldQuestion(interview, id.slice('field.'.length)) : undefined;
}

/** Every question of this application whose answer can be changed or added, in order. */
export function changeableQuestions(interview: Interview): readonly Question[] {
  const verdict = verdictOf(interview);
  if (verdict === undefined) return [];
  const ids = [
    ...(openRoutes(interview).length > 1 ? ['route'] : []),
    ...(openCategories(interview).length > 1 ? ['category'] : []),
    ...verdict.fields.filter(({ field }) => isDue(interview, field)).map(({ field }) => `field.${field}`),
    ...documentGroups(interview.profile, verdict).map(({ name }) => `document.${name}`),
  ];
  return ids.flatMap((id) => questionNamed(interview, id) ?? []);
}

function verdictOf(interview: Interview): ProfileVerdict | undefined {
  const application = applicationOf(interview);
  return application === undefined ? undefined : evaluateProfile(interview.profile, application);
}

/** What is said only once it is filed or decided is no matter of the application. */
function isDue({ profile }: Interview, name: string): boolean {
  const stage = profile.fields.find(({ field }) => field.id === name)?.field.stage ?? 'application';
  return stage === 'application';
}

/** On which way, and who registers; undefined: that is settled. */
function choiceOfWay(interview: Interview): Question | undefined {
  const choice = routeChoice(interview);
  if (choice.kind === 'to_choose') return routeQuestion(interview, choice.because);
  if (choice.kind === 'open') return stepQuestion(interview, choice.step);
  return categoryOf(interview) === undefined ? categoryQuestion(interview) : undefined;
}

function stepQuestion(interview: Interview, step: FinderStep): Question {
  switch (step.kind) {
    case 'question':
      return finderQuestion(interview, step.question);
    case 'address':
      return addressQuestion(interview);
    case 'route':
      return routeQuestion(interview, step.because);
    default:
      return step satisfies never;
  }
}

function categoryQuestion(interview: Interview): Question {
  const { profile, state, language } = interview;
  const { authority } = profile.document;
  return {
    id: 'category',
    kind: 'choice',
    label: text(interview, 'category', { authority: inLanguage(authority.short_name, language) }),
    choices: openCategories(interview).map(({ id, name, summary }) => ({
      id,
      label: inLanguage(name, language),
      help: inLanguage(summary, language),
    })),
    default: state.former['category'],
    isOptional: false,
  };
}

function finderQuestion(
  { state, language }: Interview,
  { id, text, help, choices }: FinderQuestion,
): Question {
  return {
    id: `finder.${id}`,
    kind: 'choice',
    label: inLanguage(text, language),
    help: help === undefined ? undefined : inLanguage(help, language),
    choices: choices.map((choice) => ({ id: choice.id, label: inLanguage(choice.label, language) })),
    default: state.former[`finder.${id}`],
    isOptional: false,
  };
}

function addressQuestion(interview: Interview): Question {
  const looks = ['fixed', 'dynamic', 'cgnat', 'unknown'] as const;
  return {
    id: 'address',
    kind: 'choice',
    label: text(interview, 'address'),
    help: text(interview, 'address_help'),
    choices: looks.map((look) => ({ id: look, label: text(interview, `address_${look}`) })),
    default: interview.state.former['address'] ?? interview.address ?? 'unknown',
    isOptional: false,
  };
}

function routeQuestion(interview: Interview, because?: ProfileText): Question {
  const { state, language } = interview;
  return {
    id: 'route',
    kind: 'choice',
    label: text(interview, 'route'),
    help: because === undefined ? undefined : inLanguage(because, language),
    choices: openRoutes(interview).map(({ id, name, summary }) => ({
      id,
      label: inLanguage(name, language),
      help: inLanguage(summary, language),
    })),
    default: state.former['route'],
    isOptional: false,
  };
}

/** What the application itself lacks; undefined: nothing that has to be asked. */
function aboutApplication(interview: Interview): Question | undefined {
  const verdict = verdictOf(interview);
  if (verdict === undefined) return undefined;
  const { state } = interview;
  if (answerOf(state, 'applicant') === undefined) {
    const question = applicantQuestion(interview, verdict);
    if (question !== undefined) return question;
  }
  const open = verdict.fields.find(
    ({ field, level, state: found }) =>
      found === 'wrong' ||
      (found === 'absent' &&
        (level === 'required' || (level === 'warn' && answerOf(state, `field.${field}`) === undefined))),
  );
  if (open !== undefined) return fieldQuestion(interview, open.field);
  const group = documentGroups(interview.profile, verdict).find(
    ({ name, isMet, level }) =>
      !isMet &&
      (level === 'required' || (level === 'warn' && answerOf(state, `document.${name}`) === undefined)),
  );
  return group === undefined ? undefined : documentQuestion(interview, group);
}

function text(
  { language }: Interview,
  message: keyof typeof interviewMessages.en,
  values: Readonly<Record<string, string>> = {},
): string {
  return say(interviewMessages, language, { message, values });
}
