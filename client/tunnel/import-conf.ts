import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { MAX_CONF_LENGTH, parseConf, type ConfProblem, type DroppedLine } from '#shared/wireguard/conf.ts';
import type { Keychain } from '../keychain.ts';
import type { StoredTunnel } from './stored-tunnel.ts';
import { tunnelError } from './tunnel-problem.ts';
import { TunnelStore } from './tunnel-store.ts';

export type ImportedConf =
  | { readonly kind: 'imported'; readonly tunnel: StoredTunnel; readonly dropped: readonly DroppedLine[] }
  | { readonly kind: 'rejected'; readonly problems: readonly ConfProblem[] };

interface ImportOptions {
  readonly text: string;
  readonly name: string;
}

/** Takes in the text of a .conf file as a tunnel of that name. */
export async function importConf(
  client: { readonly configDirectory: string; readonly keychain: Keychain },
  { text, name }: ImportOptions,
): Promise<ImportedConf> {
  const parsed = parseConf(text);
  if (parsed.kind === 'rejected') return parsed;
  const { dropped, configuration } = parsed;
  return { kind: 'imported', dropped, tunnel: await new TunnelStore(client).add(name, configuration) };
}

/** What a tunnel from that file is called where nobody names it. */
export function tunnelNameOf(path: string): string {
  return basename(path).replace(/\.conf$/i, '');
}

/** One byte more than allowed is read, so that the parser sees that there is more. */
export async function readConf(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      return await readConfFrom(file.createReadStream({ end: MAX_CONF_LENGTH, autoClose: false }));
    } finally {
      await file.close();
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw tunnelError('file_unreadable', { detail: code, cause });
  }
}

export async function readConfFrom(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_CONF_LENGTH) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
