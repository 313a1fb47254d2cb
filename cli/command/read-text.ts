import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';

/** As the contract has it for everything that people write. */
const MAX_LENGTH = 2000;
/** UTF-8 takes at most three bytes for each of what JavaScript counts. */
const MAX_BYTES = 3 * MAX_LENGTH;

/** What somebody wrote: the argument itself, or what stands on standard input. */
export async function readText({ terminal }: Surroundings, text: string): Promise<string> {
  const written = text === '-' ? await readInput(terminal.stdin) : text;
  if (written.trim().length > MAX_LENGTH) {
    throw cliError('usage', { detail: `a text has at most ${MAX_LENGTH} characters` });
  }
  return written;
}

async function readInput(input: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    chunks.push(bytes);
    size += bytes.length;
    if (size > MAX_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
