import type { ProfileText, RouteFinder } from './profile-schema.ts';
import type { AuthorityProfile } from './read-profile.ts';

/** How the public address of a line looks. */
export type AddressLook = 'fixed' | 'dynamic' | 'cgnat' | 'unknown';
export type FinderQuestion = RouteFinder['questions'][number];
type FinderRule = RouteFinder['rules'][number];

export interface FinderInput {
  /** By question. */
  readonly answers: Readonly<Record<string, string>>;
  /** How the line's address looks from here; undefined: that cannot be told. */
  readonly measured: AddressLook | undefined;
  /** What the person says of it, which counts for more; undefined: nothing yet. */
  readonly said: AddressLook | undefined;
}

/**
 * The next thing to ask, or where the answers lead. `address`: how the line's address looks decides, and nobody has
 * said. A route of null: none fits as things are, and `because` says what is possible.
 */
export type FinderStep =
  | { readonly kind: 'question'; readonly question: FinderQuestion }
  | { readonly kind: 'address' }
  | {
      readonly kind: 'route';
      readonly route: string | null;
      readonly because: ProfileText;
      /** Of the profile's letters, one that helps. */
      readonly letter: string | undefined;
    };

/** With that many answers it has to be decided: what was not asked counts as unknown. */
export const MAX_FINDER_QUESTIONS = 3;

/**
 * Finds the way of registering with as few questions as decide it: one whose answer changes nothing any more is not
 * asked.
 */
export function findRoute(
  { document: { route_finder: finder } }: AuthorityProfile,
  input: FinderInput,
): FinderStep {
  const state = stateOf(finder, input);
  for (const rule of finder.rules) {
    const verdict = judge(rule, state);
    if (verdict === true) return conclusion(rule);
    if (verdict === 'open') return openStep(finder, rule, state);
  }
  throw new Error('a profile without a last rule was read');
}

interface FinderState {
  readonly answers: ReadonlyMap<string, string>;
  readonly address: AddressLook | undefined;
  /** By question: whether it is to be asked; open where an earlier one decides that. */
  readonly asked: ReadonlyMap<string, Verdict>;
}

type Verdict = boolean | 'open';

function stateOf(finder: RouteFinder, { answers: given, measured, said }: FinderInput): FinderState {
  const answers = new Map<string, string>();
  const asked = new Map<string, Verdict>();
  for (const { id, when, choices } of finder.questions) {
    const verdict = every(
      Object.entries(when ?? {}).map(([question, named]) => answerAmong({ answers, asked }, question, named)),
    );
    asked.set(id, verdict);
    const answer = Object.hasOwn(given, id) ? given[id] : undefined;
    // An answer to what is not asked any more, or to another version's question, counts for nothing.
    if (verdict === true && answer !== undefined && choices.some((choice) => choice.id === answer)) {
      answers.set(id, answer);
    }
  }
  const count = answers.size + (said === undefined ? 0 : 1);
  const isFull = count >= MAX_FINDER_QUESTIONS;
  if (isFull) for (const { id } of finder.questions) if (!answers.has(id)) asked.set(id, false);
  return { answers, asked, address: said ?? measured ?? (isFull ? 'unknown' : undefined) };
}

function judge({ answers = {}, address }: FinderRule, state: FinderState): Verdict {
  const conditions = Object.entries(answers).map(([question, named]) => answerAmong(state, question, named));
  if (address !== undefined) {
    conditions.push(state.address === undefined ? 'open' : address.includes(state.address));
  }
  return every(conditions);
}

function answerAmong(
  { answers, asked }: Pick<FinderState, 'answers' | 'asked'>,
  question: string,
  named: readonly string[],
): Verdict {
  const answer = answers.get(question);
  if (answer !== undefined) return named.includes(answer);
  return asked.get(question) === false ? false : 'open';
}

function every(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(false)) return false;
  return verdicts.includes('open') ? 'open' : true;
}

/** The first thing on which the rule still depends: a question, or one that decides whether that one is asked. */
function openStep(
  finder: RouteFinder,
  { answers: wanted = {} }: FinderRule,
  { answers, asked }: FinderState,
): FinderStep {
  const needed = new Set(Object.keys(wanted));
  for (const { id, when } of finder.questions.toReversed()) {
    if (needed.has(id)) for (const earlier of Object.keys(when ?? {})) needed.add(earlier);
  }
  const question = finder.questions.find(
    ({ id }) => needed.has(id) && !answers.has(id) && asked.get(id) === true,
  );
  return question === undefined ? { kind: 'address' } : { kind: 'question', question };
}

function conclusion({ route, because, letter }: FinderRule): FinderStep {
  return { kind: 'route', route, because, letter };
}
