import type { Question, Said } from '#shared/registration/interview/question.ts';
import type { OfferedFile } from '#client/application/files.ts';
import type { Language } from '#shared/text/language.ts';
import type { Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';

/** What somebody said, before anybody judged it. */
export type Reply =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'files'; readonly files: readonly OfferedFile[] };

/** Judges a reply: what is wrong with it, to be asked again at once; empty: it was taken. */
export type Judge = (reply: Reply) => Promise<readonly Said[]>;

/** How asking ended. end: nobody answers any more. */
export type AskOutcome = 'answered' | 'back' | 'end';

/** Asks one question until an answer is taken. Ctrl-C throws Interrupted. */
export interface Prompter {
  ask(question: Question, judge: Judge): Promise<AskOutcome>;
  /** How many questions were put; a wrong answer is asked for again, which is the same question. */
  readonly count: number;
  close(): void;
}

export interface PrompterOptions {
  readonly surroundings: Surroundings;
  readonly language: Language;
}

/** Typed in place of an answer, goes back. */
export const BACK = '<';

export function saidLines(said: readonly Said[]): readonly Line[] {
  return said.map(({ level, text }): Line => {
    if (level === 'wrong') return { text, tone: 'bad' };
    return level === 'odd' ? { text, tone: 'strong' } : { text, tone: 'faint' };
  });
}
