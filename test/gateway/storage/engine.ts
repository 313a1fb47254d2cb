import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresqlMissing, startPostgresql } from './postgresql.ts';

export type EngineName = 'sqlite' | 'postgresql';

/** Every storage test runs on both. */
export const engines: readonly EngineName[] = ['sqlite', 'postgresql'];

/** Why an engine's tests cannot run here; undefined where they can. */
export function engineMissing(name: EngineName): string | undefined {
  return name === 'sqlite' ? undefined : postgresqlMissing();
}

export interface Engine {
  /** What `openDatabase` takes, of a new and empty database. */
  newDatabase(): string;
  remove(): void;
}

export function startEngine(name: EngineName): Engine {
  if (name === 'postgresql') {
    const server = startPostgresql();
    return {
      newDatabase: () => server.createDatabase(),
      remove: () => {
        server.stop();
        server.remove();
      },
    };
  }
  const directory = mkdtempSync(join(tmpdir(), 'sanad-storage-'));
  let files = 0;
  return {
    newDatabase: () => join(directory, `${++files}.db`),
    remove: () => {
      rmSync(directory, { recursive: true });
    },
  };
}
