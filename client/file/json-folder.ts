import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';
import { writeAtomically } from './atomic-file.ts';

const SUFFIX = '.json';

const problems = {
  stored_file_unreadable: {
    kind: 'internal',
    reason: 'A file of yours in Sanad’s folder cannot be read.',
    nextAction: 'Restore it from a backup, or delete it and import or register again.',
  },
} as const satisfies ProblemCatalogue<string>;

export interface Readable<Record> {
  readonly records: readonly Record[];
  /** Paths. */
  readonly unreadable: readonly string[];
}

/** A person's own folder of small JSON files, one a record, 0600 in 0700. Names are checked by the caller. */
export class JsonFolder<Schema extends z.ZodType> {
  readonly #directory: string;
  readonly #schema: Schema;

  constructor(directory: string, schema: Schema) {
    this.#directory = directory;
    this.#schema = schema;
  }

  async names(): Promise<readonly string[]> {
    const found = await absentAs([], readdir(this.#directory));
    const names = found.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
    return names.toSorted();
  }

  async read(name: string): Promise<z.infer<Schema> | undefined> {
    const text = await absentAs(undefined, readFile(this.#path(name), 'utf8'));
    if (text === undefined) return undefined;
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch (cause) {
      throw new SanadError(problemFrom(problems, 'stored_file_unreadable', `${name}${SUFFIX}`), { cause });
    }
  }

  async all(): Promise<readonly z.infer<Schema>[]> {
    const records = await Promise.all((await this.names()).map((name) => this.read(name)));
    return records.filter((record) => record !== undefined);
  }

  /** All that can be read; the others are named, and left as they are. */
  async readable(): Promise<Readable<z.infer<Schema>>> {
    const records: z.infer<Schema>[] = [];
    const unreadable: string[] = [];
    for (const name of await this.names()) {
      try {
        const record = await this.read(name);
        if (record !== undefined) records.push(record);
      } catch {
        // Without the cause: it may quote what is personal.
        unreadable.push(this.#path(name));
      }
    }
    return { records, unreadable };
  }

  async write(name: string, record: z.infer<Schema>): Promise<void> {
    // What could not be read again is not written: it would take the place of what can.
    const content = `${JSON.stringify(this.#schema.parse(record), null, 2)}\n`;
    await writeAtomically(this.#path(name), content, { mode: 0o600, directoryMode: 0o700 });
  }

  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#directory, `${name}${SUFFIX}`);
  }
}

async function absentAs<Found, Absent>(absent: Absent, work: Promise<Found>): Promise<Found | Absent> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return absent;
    throw cause;
  }
}
