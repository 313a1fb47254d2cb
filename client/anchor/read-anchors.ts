import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ANCHOR_FILE_SUFFIX,
  anchorError,
  MAX_ANCHOR_BYTES,
  parseAnchorFile,
} from '#shared/contract/anchor-file.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const WRITABLE_BY_OTHERS = 0o022;

const problems = {
  gateway_not_joined: {
    kind: 'gateway',
    reason: 'This machine has not joined that gateway.',
    nextAction: 'Ask the administrator of this machine to run: sanad join LINK',
  },
  gateway_unnamed: {
    kind: 'usage',
    reason: 'This machine has joined several gateways.',
    nextAction: 'Name one of them: --gateway NAME',
  },
} as const satisfies ProblemCatalogue<string>;

/** Where the anchors lie, and whose files are trusted there: 0 but in tests. */
export interface AnchorLocation {
  readonly directory: string;
  readonly ownerUid: number;
}

/** The gateways that the administrator joined. A file that anybody else may write is an error, not an absence. */
export async function readAnchors(location: AnchorLocation): Promise<readonly Anchor[]> {
  const names = await namesIn(location);
  return await Promise.all(names.map((name) => readAnchor(location, name)));
}

/** The gateway of that name or origin; the only one there is where none is named. */
export async function findAnchor(location: AnchorLocation, named: string | undefined): Promise<Anchor> {
  const anchors = await readAnchors(location);
  const found = anchors.filter(
    ({ name, origin }) => named === undefined || named === name || named === origin,
  );
  if (found.length > 1) throw new SanadError(problemFrom(problems, 'gateway_unnamed', list(anchors)));
  if (found[0] === undefined) {
    const detail = anchors.length === 0 ? 'none is joined' : `joined: ${list(anchors)}`;
    throw new SanadError(problemFrom(problems, 'gateway_not_joined', detail));
  }
  return found[0];
}

function list(anchors: readonly Anchor[]): string {
  return anchors.map(({ name }) => name).join(', ');
}

async function namesIn({ directory, ownerUid }: AnchorLocation): Promise<readonly string[]> {
  try {
    requireTrusted(await lstat(directory), ownerUid);
    return (await readdir(directory)).filter((name) => name.endsWith(ANCHOR_FILE_SUFFIX)).toSorted();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw cause;
  }
}

async function readAnchor({ directory, ownerUid }: AnchorLocation, name: string): Promise<Anchor> {
  const file = await open(join(directory, name), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const state = await file.stat();
    requireTrusted(state, ownerUid);
    if (!state.isFile() || state.size > MAX_ANCHOR_BYTES) throw anchorError('anchor_malformed');
    return parseAnchorFile(await file.readFile('utf8'), name);
  } finally {
    await file.close();
  }
}

function requireTrusted(
  { uid, mode }: { readonly uid: number; readonly mode: number },
  ownerUid: number,
): void {
  if (uid !== ownerUid || (mode & WRITABLE_BY_OTHERS) !== 0) throw anchorError('anchor_untrusted_file');
}
