import type { Problem } from '#shared/contract/problem.ts';

/** A line for people. The whole line has one tone, so that what others wrote in it can be cleaned first. */
export type Line = string | { readonly text: string; readonly tone: Tone };
export type Tone = 'good' | 'bad' | 'strong' | 'faint';

/** What a command has to say when it is done. */
export interface Answer {
  /** Members of the JSON document beside `ok`. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly lines: readonly Line[];
  /** It went through and was not a success: decides `ok` and the exit code. */
  readonly problem?: Problem;
}

export const good = (text: string): Line => ({ text, tone: 'good' });
export const bad = (text: string): Line => ({ text, tone: 'bad' });
export const strong = (text: string): Line => ({ text, tone: 'strong' });
export const faint = (text: string): Line => ({ text, tone: 'faint' });

/** Reason and next action, as every refusal is shown. */
export function problemLines({ reason, nextAction }: Problem, prefix = ''): readonly Line[] {
  return [bad(`${prefix}${reason}`), strong(`Next: ${nextAction}`)];
}
