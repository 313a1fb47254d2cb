import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { childEnvironment, programPlaces, type ProgramName } from '#shared/contract/system-names.ts';

const DEADLINE_MILLISECONDS = 10_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const MAX_SAID_CHARACTERS = 200;

interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** undefined: not installed. */
export function findProgram(name: ProgramName): string | undefined {
  return programPlaces[name].find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a program by its absolute path and gives what it said. Rejects where it cannot be started. */
export function runProgram(name: ProgramName, words: readonly string[]): Promise<Said> {
  const file = findProgram(name);
  if (file === undefined) return Promise.reject(new Error(`${name} is not installed`));
  const options = { env: childEnvironment, timeout: DEADLINE_MILLISECONDS, maxBuffer: MAX_OUTPUT_BYTES };
  return new Promise((resolve, reject) => {
    execFile(file, words, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'string') reject(error ?? new Error(code));
      else resolve({ code: code ?? null, stdout, stderr: shorten(stderr) });
    });
  });
}

/** The same; rejects with what it said unless it ended well. */
export async function mustRun(name: ProgramName, words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(name, words);
  if (code !== 0) throw new Error(`${name}: ${stderr === '' ? `ended with ${code ?? 'a signal'}` : stderr}`);
  return stdout;
}

function shorten(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').slice(0, MAX_SAID_CHARACTERS);
}
