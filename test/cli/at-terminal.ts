import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';

const program = join(import.meta.dirname, '../../cli/index.ts');
const PATIENCE_MILLISECONDS = 60_000;

export const keys = { enter: '\r', down: '\u001b[B', ctrlC: '\u0003' } as const;

export interface AtTerminal {
  /** Waits until this has appeared since the last time that something was typed; then types. */
  at(text: string | RegExp, ...typed: readonly string[]): Promise<void>;
  readonly shown: () => string;
  /** Its exit code. */
  ended(): Promise<number | null>;
}

/** `sanad` in a terminal of its own (script(1) makes one), with somebody who reads and types. */
export function sanadAtTerminal(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): AtTerminal {
  const line = [process.execPath, program, ...words].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', line, '/dev/null'], {
    env: { ...environment, TERM: 'xterm', PATH: process.env['PATH'] ?? '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  let from = 0;
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString('utf8')));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const seen = (): string => stripVTControlCharacters(shown.slice(from));
  return {
    shown: () => stripVTControlCharacters(shown),
    ended: () => ended,
    at: async (text, ...typed) => {
      const until = Date.now() + PATIENCE_MILLISECONDS;
      const isThere = () => (typeof text === 'string' ? seen().includes(text) : text.test(seen()));
      while (!isThere()) {
        if (Date.now() > until) throw new Error(`not shown: ${String(text)}\n${seen()}`);
        await delay(20);
      }
      from = shown.length;
      for (const one of typed) {
        child.stdin.write(one);
        // A key that arrives with the next one is taken for another key.
        await delay(60);
      }
    },
  };
}
