import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { confRejected, MAX_CONF_LENGTH, parseConf, type ConfProblem } from '#shared/wireguard/conf.ts';
import { bad, good, strong, type Answer } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';

interface ImportOptions {
  /** A path, or - for standard input. */
  readonly file: string;
  readonly name: string | undefined;
}

export async function importCommand(
  { client, terminal }: Surroundings,
  { file, name }: ImportOptions,
): Promise<Answer> {
  const chosen = name ?? nameOf(file);
  const parsed = parseConf(file === '-' ? await readAll(terminal.stdin) : await readConf(file));
  if (parsed.kind === 'rejected') return rejected(parsed.problems);
  const { dropped, configuration } = parsed;
  const tunnel = await new TunnelStore(client).add(chosen, configuration);
  return {
    json: { tunnel: { name: tunnel.name }, dropped },
    lines: [
      good(`Imported "${chosen}". Its keys are in your keychain.`),
      ...dropped.map(({ line, key, reason }) => `  left out, line ${line}: ${key}. ${reason}`),
      strong(
        `Next: register it, unless it is: sanad register ${chosen} --profile … (see sanad help register)`,
      ),
    ],
  };
}

function nameOf(file: string): string {
  if (file === '-') throw cliError('usage', { detail: 'standard input has no name: add --name NAME' });
  return basename(file).replace(/\.conf$/i, '');
}

function rejected(problems: readonly ConfProblem[]): Answer {
  return {
    json: { problems },
    lines: problems.map(({ line, reason }) => bad(`line ${line}: ${reason}`)),
    problem: confRejected(problems).problem,
  };
}

/** One byte more than allowed is read, so that the parser sees that there is more. */
async function readConf(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      return await readAll(file.createReadStream({ end: MAX_CONF_LENGTH, autoClose: false }));
    } finally {
      await file.close();
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw cliError('file_unreadable', { detail: code, cause });
  }
}

async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_CONF_LENGTH) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
