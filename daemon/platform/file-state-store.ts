import { createHash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { paths } from '#shared/contract/paths.ts';
import { problemFrom, SanadError, type Problem, type ProblemCatalogue } from '#shared/contract/problem.ts';
import type { Target } from '../core/tunnel-state.ts';
import { Lane } from '../lane.ts';
import type { Memory, Reading, SignedFileKind, StateStore } from '../port/state-store.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { closeOwnDirectory, NotOurs, readOwnFile, requireOwnDirectory } from './own-file.ts';
import { memoryFileSchema, STATE_VERSION, targetFileSchema } from './state-schema.ts';

const stateProblems = {
  state_corrupt: {
    kind: 'daemon',
    reason: 'What the service keeps on disk cannot be read, so it assumes that you wanted to be protected.',
    nextAction: 'As the administrator, run `sanad disconnect` to start over, then connect again.',
  },
  state_untrusted: {
    kind: 'daemon',
    reason:
      'Others could have written what the service keeps on disk, so it assumes that you wanted to be protected.',
    nextAction:
      'As the administrator, look who wrote in /var/lib/sanad, run `sanad disconnect` to start over, then connect again.',
  },
  state_newer: {
    kind: 'daemon',
    reason: 'What the service keeps on disk was written by a newer version of Sanad.',
    nextAction: 'Install that version again, or, as the administrator, run `sanad disconnect` to start over.',
  },
  state_write_failed: {
    kind: 'daemon',
    reason: 'The service could not write to its disk.',
    nextAction: 'Look whether the disk is full (df /var/lib/sanad), then try again.',
  },
} as const satisfies ProblemCatalogue<string>;

/** Versioned JSON files and signed texts in one directory that only the daemon can enter. */
export class FileStateStore implements StateStore {
  readonly #directory: string;
  /** Two writes of one file at a time would share its temporary name. */
  readonly #lane = new Lane();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async readTarget(): Promise<Reading<Target>> {
    const reading = await this.#read(paths.targetFileName, targetFileSchema);
    return reading.kind === 'read' ? { kind: 'read', value: reading.value.target } : reading;
  }

  /** A decision of today: from here on the directory is ours alone again, whatever its modes were. */
  async writeTarget(target: Target): Promise<void> {
    await this.#inTurn(async () => closeOwnDirectory(this.#directory));
    await this.#write(paths.targetFileName, { version: STATE_VERSION, target });
  }

  async readMemory(): Promise<Reading<Memory>> {
    const reading = await this.#read('memory.json', memoryFileSchema);
    return reading.kind === 'read' ? { kind: 'read', value: reading.value.memory } : reading;
  }

  async writeMemory(memory: Memory): Promise<void> {
    await this.#write('memory.json', { version: STATE_VERSION, memory });
  }

  async readSignedFiles(kind: SignedFileKind): Promise<readonly string[]> {
    const directory = join(this.#directory, kind);
    const complete = (await namesIn(directory)).filter((name) => name.endsWith('.jws')).sort();
    return (await Promise.all(complete.map((name) => readIfOurs(join(directory, name))))).flat();
  }

  async writeSignedFile(kind: SignedFileKind, name: string, text: string): Promise<void> {
    // An issuer or uri comes from outside; its hash is a file name whatever is in it.
    const file = `${createHash('sha256').update(name).digest('hex')}.jws`;
    await this.#inTurn(async () => {
      const directory = join(this.#directory, kind);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      requireOwnDirectory(directory);
      await writeFileAtomically(join(directory, file), text);
    });
  }

  async #read<Schema extends z.ZodType>(name: string, schema: Schema): Promise<Reading<z.infer<Schema>>> {
    let text: string;
    try {
      requireOwnDirectory(this.#directory);
      text = await readOwnFile(join(this.#directory, name));
    } catch (error) {
      if (isAbsent(error)) return { kind: 'absent' };
      const code = isNotOurs(error) ? 'state_untrusted' : 'state_corrupt';
      return unreadable(problemFrom(stateProblems, code, name));
    }
    return parse(text, name, schema);
  }

  async #write(name: string, content: object): Promise<void> {
    await this.#inTurn(() =>
      writeFileAtomically(join(this.#directory, name), `${JSON.stringify(content)}\n`),
    );
  }

  async #inTurn(write: () => Promise<void>): Promise<void> {
    try {
      await this.#lane.run(write);
    } catch (cause) {
      throw new SanadError(problemFrom(stateProblems, 'state_write_failed', codeOf(cause)), { cause });
    }
  }
}

function parse<Schema extends z.ZodType>(
  text: string,
  name: string,
  schema: Schema,
): Reading<z.infer<Schema>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return unreadable(problemFrom(stateProblems, 'state_corrupt', name));
  }
  if (versionOf(json) > STATE_VERSION) return unreadable(problemFrom(stateProblems, 'state_newer', name));
  const parsed = schema.safeParse(json);
  if (!parsed.success) return unreadable(problemFrom(stateProblems, 'state_corrupt', name));
  return { kind: 'read', value: parsed.data };
}

function unreadable(problem: Problem): Reading<never> {
  return { kind: 'unreadable', problem };
}

function versionOf(json: unknown): number {
  const hasVersion = typeof json === 'object' && json !== null && 'version' in json;
  return hasVersion && typeof json.version === 'number' ? json.version : 0;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** What others may have put there is passed over: it would have to be verified anyway. */
async function readIfOurs(path: string): Promise<readonly string[]> {
  try {
    return [await readOwnFile(path)];
  } catch (error) {
    if (isNotOurs(error)) return [];
    throw error;
  }
}

/** ELOOP: a link where a file should be. */
const isNotOurs = (error: unknown): boolean => error instanceof NotOurs || codeOf(error) === 'ELOOP';
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
const isAbsent = (error: unknown): boolean => codeOf(error) === 'ENOENT';
