import { spawn } from 'node:child_process';
import { childEnvironment } from '#shared/contract/system-names.ts';

export interface CommandOutcome {
  /** null: killed, by the deadline or from outside. */
  readonly code: number | null;
  readonly stdout: string;
  /** What it said against it, shortened. */
  readonly stderr: string;
}

const DEADLINE_MILLISECONDS = 10_000;
const MAX_SAID_CHARACTERS = 300;

/** Runs a program to its end. Secrets go in by `input`, never by argument: arguments are public in /proc. */
export function runCommand(
  file: string,
  words: readonly string[],
  input: string | Uint8Array = '',
): Promise<CommandOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, {
      env: childEnvironment,
      stdio: 'pipe',
      timeout: DEADLINE_MILLISECONDS,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => undefined); // EPIPE: it wants no input; its exit code tells the rest
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr: shorten(stderr) }));
    child.stdin.end(input);
  });
}

function shorten(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').slice(0, MAX_SAID_CHARACTERS);
}
