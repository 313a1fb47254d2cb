import { SanadError } from '#shared/contract/problem.ts';

/** A line of the log: what happened, and figures. Never a secret, and never where anybody connects to. */
export interface LogEntry {
  /** Past tense, e.g. `tunnelConnected`. */
  readonly event: string;
  /** A problem's code. Its reason may name hosts, so it is not logged. */
  readonly code?: string;
  readonly [figure: string]: string | number | boolean | undefined;
}

export type Log = (entry: LogEntry) => void;

/** One JSON object a line, for journald and whoever reads it. */
export function createLog(write: (line: string) => void): Log {
  return (entry) => write(`${JSON.stringify(entry)}\n`);
}

/** What may be logged of anything thrown: a code; of a defect also where it is. */
export function describeCause(cause: unknown): { readonly code: string; readonly at?: string } {
  if (cause instanceof SanadError) return { code: cause.problem.code };
  if (!(cause instanceof Error)) return { code: 'internal_error' };
  // Stack frames name source lines; the message, which may quote input, is left out.
  const frames = cause.stack?.split('\n').filter((line) => line.trimStart().startsWith('at ')) ?? [];
  return {
    code: 'internal_error',
    at: frames
      .slice(0, 4)
      .map((frame) => frame.trim())
      .join(' < '),
  };
}
