import type { DatabaseSync } from 'node:sqlite';

/** The checkpoint signed last. */
export interface KeptCheckpoint {
  readonly number: number;
  readonly root: string;
  readonly issuedAt: number;
  readonly text: string;
}

export const CHECKPOINT_TABLE = `
  CREATE TABLE IF NOT EXISTS checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    root TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    text TEXT NOT NULL
  ) STRICT;`;

export function keptCheckpoint(database: DatabaseSync): KeptCheckpoint | undefined {
  const row = database.prepare('SELECT number, root, issued_at, text FROM checkpoint').get();
  if (row === undefined) return undefined;
  return {
    number: Number(row['number']),
    root: String(row['root']),
    issuedAt: Number(row['issued_at']),
    text: String(row['text']),
  };
}

export function keepCheckpoint(
  database: DatabaseSync,
  { number, root, issuedAt, text }: KeptCheckpoint,
): void {
  database
    .prepare(
      `INSERT INTO checkpoint (id, number, root, issued_at, text) VALUES (1, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET number = excluded.number, root = excluded.root,
       issued_at = excluded.issued_at, text = excluded.text`,
    )
    .run(number, root, issuedAt, text);
}
