import { constants } from 'node:fs';
import { lstat, open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  ANCHOR_FILE_SUFFIX,
  anchorError,
  MAX_ANCHOR_BYTES,
  parseAnchorFile,
} from '#shared/contract/anchor-file.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';

/** Group and others may not write what decides whom this machine trusts. */
const WRITABLE_BY_OTHERS = 0o022;

export interface AnchorSource {
  readonly directory: string;
  /** Whose files are trusted: 0 but in tests. */
  readonly ownerUid: number;
  /** Told of every file that is not used, and why. */
  readonly onUnusable: (fileName: string, cause: unknown) => void;
}

/** The anchors as the administrator installed them; a file that is not trustworthy is left out, loudly. */
export async function readAnchors(source: AnchorSource): Promise<readonly Anchor[]> {
  const anchors: Anchor[] = [];
  for (const fileName of await anchorFileNames(source)) {
    try {
      anchors.push(parseAnchorFile(await readTrusted(join(source.directory, fileName), source), fileName));
    } catch (cause) {
      source.onUnusable(fileName, cause);
    }
  }
  return anchors;
}

async function anchorFileNames(source: AnchorSource): Promise<readonly string[]> {
  try {
    // Whoever may write above could put another directory in its place.
    requireTrusted(await stat(dirname(source.directory)), source);
    requireTrusted(await lstat(source.directory), source);
    const names = await readdir(source.directory);
    return names.filter((name) => name.endsWith(ANCHOR_FILE_SUFFIX)).toSorted();
  } catch (cause) {
    if (!isMissing(cause)) source.onUnusable('.', cause);
    return [];
  }
}

async function readTrusted(path: string, source: AnchorSource): Promise<string> {
  // O_NOFOLLOW and checks on the open file: what was looked at is what is read.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const state = await file.stat();
    requireTrusted(state, source);
    if (!state.isFile() || state.size > MAX_ANCHOR_BYTES) throw anchorError('anchor_malformed');
    return await readWhole(file, state.size);
  } finally {
    await file.close();
  }
}

async function readWhole(file: FileHandle, size: number): Promise<string> {
  const buffer = Buffer.alloc(size);
  const { bytesRead } = await file.read(buffer, 0, size, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

function requireTrusted(state: { readonly uid: number; readonly mode: number }, source: AnchorSource): void {
  const trusted = state.uid === source.ownerUid && (state.mode & WRITABLE_BY_OTHERS) === 0;
  if (!trusted) throw anchorError('anchor_untrusted_file');
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
