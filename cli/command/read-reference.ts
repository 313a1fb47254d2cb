import { createReadStream } from 'node:fs';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';

/** Longer than any letter's number. */
const MAX_CHARACTERS = 200;
const MAX_BYTES = 4 * MAX_CHARACTERS;

/** An authority's reference, out of a file or standard input: command lines are seen by everybody on the machine. */
export async function readReference({ terminal }: Surroundings, path: string): Promise<string> {
  const text = (await readBounded(path === '-' ? terminal.stdin : createReadStream(path))).trim();
  if (text === '' || text.length > MAX_CHARACTERS || /\p{Cc}/u.test(text)) {
    throw cliError('usage', { detail: `a reference is one line of at most ${MAX_CHARACTERS} characters` });
  }
  return text;
}

async function readBounded(input: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of input) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      chunks.push(bytes);
      size += bytes.length;
      if (size > MAX_BYTES) break;
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) {
      throw cliError('file_unreadable', { detail: String(cause.code), cause });
    }
    throw cause;
  }
  return Buffer.concat(chunks).toString('utf8');
}
