import pino, { type DestinationStream } from 'pino';
import { SanadError } from '#shared/contract/problem.ts';
import { inTurns } from './in-turns.ts';

/**
 * Everything that the gateway's processes write down about themselves. The types are the allow-list: there is no member
 * for an address, a key, an identifier, a name or anybody's words, and what is not listed here is not written.
 */
export type LogEntry =
  | RequestEntry
  /** Started, stopping and the like. */
  | { readonly event: 'started' | 'stopping' | 'stopped' | 'issuer_ended' | 'requests_cut_off' }
  /** Something that was to be done by itself did not work out, and is tried again. */
  | { readonly event: 'trouble'; readonly at: LogPlace; readonly error: unknown }
  /** Nobody foresaw this. */
  | { readonly event: 'failure'; readonly at: LogPlace; readonly error: unknown };

export interface RequestEntry {
  readonly event: 'request';
  readonly method: string;
  /** As in the contract, `/v1/registration/:id`: a registration's identifier is personal data too. */
  readonly route: string;
  readonly status: number;
  /** The problem's, where it ended with one. */
  readonly code?: string;
  readonly milliseconds: number;
  /** A public file that was read: counted, and not written down, since it is most of what a gateway does. */
  readonly isRoutine: boolean;
}

export type LogPlace =
  | 'request'
  | 'issuer_request'
  | 'status_list'
  | 'forgetting'
  | 'checkpoint'
  | 'event'
  | 'documents'
  | 'start';

export type Log = (entry: LogEntry) => void;

/** Synchronous: the last line before an end is the one that is wanted. */
const standardError = inTurns(pino.destination({ dest: 2, sync: true }));

/** A log of one JSON object a line, on standard error where nothing else is given. */
export function createLog(service: string, destination?: DestinationStream): Log {
  const logger = pino(
    {
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    destination ?? standardError,
  );
  return (entry) => {
    if (entry.event === 'request' && entry.isRoutine) return;
    logger[levelOf(entry)](membersOf(entry));
  };
}

/** The same entries to several. */
export function teeLog(...logs: readonly Log[]): Log {
  return (entry) => {
    for (const log of logs) log(entry);
  };
}

function levelOf(entry: LogEntry): 'info' | 'warn' | 'error' {
  if (entry.event === 'trouble') return 'warn';
  return entry.event === 'failure' || entry.event === 'issuer_ended' ? 'error' : 'info';
}

/** Member by member: an object that has more than its type says leaves the rest behind. */
function membersOf(entry: LogEntry): Readonly<Record<string, unknown>> {
  const { event } = entry;
  switch (entry.event) {
    case 'request': {
      const { method, route, status, code, milliseconds } = entry;
      return { event, method, route, status, ...(code === undefined ? {} : { code }), milliseconds };
    }
    case 'trouble':
    case 'failure':
      return { event, at: entry.at, ...describeError(entry.error) };
    default:
      return { event };
  }
}

/** Drivers' and parsers' messages quote what they were given, so of an error only its kind and place are told. */
function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof SanadError) {
    const cause = error.cause instanceof Error ? { cause: describeError(error.cause) } : {};
    return { code: error.problem.code, ...cause };
  }
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'errcode' in error ? error.errcode : 'code' in error ? error.code : undefined;
  return {
    name: wordOf(error.name),
    ...(code === undefined ? {} : { code: wordOf(code) }),
    frames: framesOf(error.stack ?? ''),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  };
}

function wordOf(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return /^\w{1,64}$/.test(text) ? text : '(other)';
}

/** The lines below the message, which itself may have lines that look like anything. */
function framesOf(stack: string): readonly string[] {
  const lines = stack.split('\n').toReversed();
  const end = lines.findIndex((line) => !/^ {4}at [^\n]{1,300}$/.test(line));
  return lines
    .slice(0, end === -1 ? undefined : end)
    .toReversed()
    .slice(0, 12)
    .map((line) => line.trim());
}
