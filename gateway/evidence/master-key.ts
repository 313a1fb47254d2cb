import { writeFileSync } from 'node:fs';
import * as z from 'zod';
import { readOwnFile } from '../key/key-file.ts';
import { keyError } from '../key/problem.ts';
import { newKey } from './seal.ts';

const fileSchema = z.strictObject({ ver: z.literal(1), key: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });

/** Makes the key that wraps the keys of all registrations' documents, in a file for its owner alone. */
export function createMasterKey(file: string): void {
  const text = JSON.stringify({ ver: 1, key: newKey().toString('base64url') });
  writeFileSync(file, `${text}\n`, { flag: 'wx', mode: 0o600, flush: true });
}

/** Refuses a file that others may read. */
export function readMasterKey(file: string): Buffer {
  const parsed = fileSchema.safeParse(parseJson(readOwnFile(file)));
  // No cause: it would carry parts of the key.
  if (!parsed.success) throw keyError('master_key_malformed');
  return Buffer.from(parsed.data.key, 'base64url');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may be half a key.
    return undefined;
  }
}
