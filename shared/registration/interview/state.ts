import * as z from 'zod';
import type { Application } from '../authority-profile/evaluate.ts';
import {
  findRoute,
  type AddressLook,
  type FinderInput,
  type FinderStep,
} from '../authority-profile/route-finder.ts';
import type { ProfileCategory, ProfileRoute, ProfileText } from '../authority-profile/profile-schema.ts';
import type { AuthorityProfile } from '../authority-profile/read-profile.ts';
import type { Language } from '../../text/language.ts';

const answersSchema = z.record(z.string().max(80), z.string().max(4000));

/** What was answered so far. Everything else (route, fields, what is missing) follows from it and the profile. */
export const interviewStateSchema = z.strictObject({
  /** Name and version of the authority's rules. */
  profile: z.string().max(80),
  /** By question; empty: it was left out. */
  answers: answersSchema,
  /** By kind of document: identifiers of the documents, which lie elsewhere. */
  documents: z.record(z.string().max(32), z.array(z.string().max(80)).max(32)),
  /** The questions answered, in that order, for going back. */
  order: z.array(z.string().max(80)).max(400),
  /** What was answered before going back: the default then. */
  former: answersSchema,
});
export type InterviewState = z.infer<typeof interviewStateSchema>;

/** What is known of an applicant from earlier, under rules of the same name. */
export interface KnownApplicant {
  readonly fields: Readonly<Record<string, string>>;
  readonly documents: Readonly<Record<string, readonly string[]>>;
}

export interface Interview {
  readonly profile: AuthorityProfile;
  readonly state: InterviewState;
  readonly known: KnownApplicant;
  /** As it was measured: undefined where that was not possible, or says nothing. */
  readonly address: AddressLook | undefined;
  /** Outside any tunnel; a proposal where addresses are asked for. */
  readonly publicAddress: string | undefined;
  readonly language: Language;
}

export function startInterview({ reference }: AuthorityProfile): InterviewState {
  return { profile: reference, answers: {}, documents: {}, order: [], former: {} };
}

/** As an answer gives it; undefined: it was not answered. */
export function answerOf({ answers }: InterviewState, question: string): string | undefined {
  return Object.hasOwn(answers, question) ? answers[question] : undefined;
}

export function withAnswer(state: InterviewState, question: string, value: string): InterviewState {
  return {
    ...state,
    answers: { ...state.answers, [question]: value },
    order: [...state.order.filter((one) => one !== question), question],
  };
}

/** Takes the last answer back; it is the default when it is asked again. The same state where there is none. */
export function goBack(state: InterviewState): InterviewState {
  const last = state.order.at(-1);
  if (last === undefined) return state;
  const { [last]: value = '', ...answers } = state.answers;
  const isDocuments = last.startsWith('document.');
  return {
    ...state,
    answers,
    order: state.order.slice(0, -1),
    former: isDocuments ? state.former : { ...state.former, [last]: value },
    documents: isDocuments ? withoutKinds(state.documents, value) : state.documents,
  };
}

/** The answer to a question for files names the kinds that it gave. */
function withoutKinds(documents: InterviewState['documents'], kinds: string): InterviewState['documents'] {
  const given = kinds.split(' ');
  return Object.fromEntries(Object.entries(documents).filter(([kind]) => !given.includes(kind)));
}

/** The way of registering. `because`: the finder's reason, where it was the finder that chose it. */
export type RouteChoice =
  | { readonly kind: 'chosen'; readonly route: string; readonly because: ProfileText | undefined }
  | { readonly kind: 'open'; readonly step: FinderStep }
  /** The finder has done what it can, and the person chooses. */
  | { readonly kind: 'to_choose'; readonly because: ProfileText; readonly letter: string | undefined };

/** Before who applies: whoever works over mobile data may be of one kind only, and then nobody has to ask. */
export function routeChoice(interview: Interview): RouteChoice {
  const open = openRoutes(interview).map(({ id }) => id);
  const said = answerOf(interview.state, 'route');
  if (said !== undefined && open.includes(said)) return { kind: 'chosen', route: said, because: undefined };
  const [only] = open;
  if (only !== undefined && open.length === 1) return { kind: 'chosen', route: only, because: undefined };
  const step = findRoute(interview.profile, finderInput(interview));
  if (step.kind !== 'route') return { kind: 'open', step };
  const { route, because, letter } = step;
  if (route !== null && open.includes(route)) return { kind: 'chosen', route, because };
  return { kind: 'to_choose', because, letter };
}

/** Those that some kind of applicant may take. */
export function openRoutes({ profile: { document } }: Interview): readonly ProfileRoute[] {
  return document.routes.filter(({ id }) => document.categories.some(({ routes }) => routes.includes(id)));
}

/** To whom the chosen way is open; empty while none is chosen. */
export function openCategories(interview: Interview): readonly ProfileCategory[] {
  const choice = routeChoice(interview);
  if (choice.kind !== 'chosen') return [];
  return interview.profile.document.categories.filter(({ routes }) => routes.includes(choice.route));
}

/** undefined: it is to be asked. */
export function categoryOf(interview: Interview): ProfileCategory | undefined {
  const open = openCategories(interview);
  const said = answerOf(interview.state, 'category');
  return open.length === 1 ? open[0] : open.find(({ id }) => id === said);
}

const FINDER = 'finder.';

function finderInput({ state, address }: Interview): FinderInput {
  const answers = Object.entries(state.answers).filter(([id]) => id.startsWith(FINDER));
  const said = answerOf(state, 'address');
  return {
    answers: Object.fromEntries(answers.map(([id, answer]) => [id.slice(FINDER.length), answer])),
    measured: address,
    said: isLook(said) ? said : undefined,
  };
}

const looks: readonly string[] = ['fixed', 'dynamic', 'cgnat', 'unknown'] satisfies readonly AddressLook[];

function isLook(text: string | undefined): text is AddressLook {
  return text !== undefined && looks.includes(text);
}

/** What the answers make of an application; undefined: who applies and how is not settled. */
export function applicationOf(interview: Interview): Application | undefined {
  const choice = routeChoice(interview);
  const category = categoryOf(interview);
  if (choice.kind !== 'chosen' || category === undefined) return undefined;
  const { state } = interview;
  const counts = Object.entries(documentsOf(interview)).map(([kind, ids]) => [kind, ids.length] as const);
  const given = Object.entries(state.answers).flatMap(([id, value]) =>
    id.startsWith('field.') ? [[id.slice('field.'.length), value] as const] : [],
  );
  return {
    route: choice.route,
    category: category.id,
    fields: { ...knownFields(interview), ...Object.fromEntries(given) },
    documents: Object.fromEntries(counts),
  };
}

/** Those of the applicant that the person has confirmed to be still right. */
export function knownFields({ profile, state, known }: Interview): Readonly<Record<string, string>> {
  if (answerOf(state, 'applicant') !== 'yes') return {};
  const lasting = profile.fields.filter(({ field }) => field.scope === 'applicant');
  return Object.fromEntries(
    lasting.flatMap(({ field: { id } }) => {
      const value = Object.hasOwn(known.fields, id) ? known.fields[id] : undefined;
      return value === undefined ? [] : [[id, value] as const];
    }),
  );
}

/** By kind, those given for this application and those of the applicant that were confirmed. */
export function documentsOf({
  profile,
  state,
  known,
}: Interview): Readonly<Record<string, readonly string[]>> {
  const isConfirmed = answerOf(state, 'applicant') === 'yes';
  const kinds = profile.document.documents.map(({ id, scope }) => {
    const given = Object.hasOwn(state.documents, id) ? state.documents[id] : undefined;
    const lasting = isConfirmed && scope === 'applicant' && Object.hasOwn(known.documents, id);
    return [id, given ?? (lasting ? known.documents[id] : undefined) ?? []] as const;
  });
  return Object.fromEntries(kinds.filter(([, ids]) => ids.length > 0));
}
