import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { extract } from 'tar';
import { restoreKeySet, type VerifiedKeySet } from '#shared/registration/key-set.ts';
import { restoreStatusList } from '#shared/registration/status-list.ts';
import { readCheckpoint } from '../checkpoint/checkpoint.ts';
import { gatewayFiles, readGatewayIdentity } from '../configuration.ts';
import { issuerFiles } from '../issuer/configuration.ts';
import type { IndexStatus } from '../issuer/adopt-statuses.ts';
import type { KeptCheckpoint } from '../issuer/kept-checkpoint.ts';
import { IssuerStore } from '../issuer/store.ts';
import { nodePrimitives } from '../key/node-primitives.ts';
import { insertCheckpoint, lastCheckpoint } from '../storage/checkpoint-store.ts';
import type { Connection } from '../storage/database.ts';
import { backupError } from './problem.ts';
import { backupFiles, manifestSchema, type Manifest } from './manifest.ts';

/** What was published after the backup was made; whoever fetched it has it. */
export interface Published {
  /** undefined: there is none, and the operator has said so. */
  readonly list: string | undefined;
  readonly checkpoint: string | undefined;
}

export interface Restored {
  readonly manifest: Manifest;
  /** Revoked or suspended since, or perhaps: they get no certificate until a reviewer has looked at them. */
  readonly concerned: readonly string[];
}

/** Unpacks a backup into a directory that is empty, and lets its issuer know what was published since. */
export async function unpackBackup(options: {
  readonly directory: string;
  readonly from: string;
  readonly published: Published;
}): Promise<Restored> {
  const { directory, from, published } = options;
  await extract({ file: from, cwd: directory, strict: true, preserveOwner: false, filter: isPlain });
  const manifest = readManifest(directory);
  setModes(directory);
  rmSync(join(directory, backupFiles.manifest));
  const { anchor, keySet: text, configuration } = readGatewayIdentity(directory);
  if (configuration.origin !== manifest.origin) throw backupError('backup_damaged');
  const keySet = restoreKeySet({ text, anchor, primitives: nodePrimitives });
  const store = new IssuerStore(join(directory, gatewayFiles.issuerDirectory, issuerFiles.database));
  try {
    const concerned = adoptList(store, keySet, published.list);
    adoptCheckpoint(store, keySet, published.checkpoint);
    return { manifest, concerned };
  } finally {
    store.close();
  }
}

/**
 * Lets the cases' database know of checkpoints that were signed after it was backed up: nothing in it fits them, and the
 * next one comes after them.
 */
export async function noteLostCheckpoints(
  database: Connection,
  directory: string,
  now: number,
): Promise<void> {
  const store = new IssuerStore(join(directory, gatewayFiles.issuerDirectory, issuerFiles.database));
  try {
    const signed = store.checkpoint();
    const last = await lastCheckpoint(database);
    if (signed === undefined || signed.number < (last?.number ?? 0)) return;
    // The same one, signed and noted: nothing was lost.
    if (signed.number === last?.number && signed.root === last.root) return;
    const number = Math.max(signed.number, (last?.number ?? 0) + 1);
    await insertCheckpoint(database, { number, root: null, text: null, at: now });
  } finally {
    store.close();
  }
}

/** No link, no device: a backup has files and directories, and what else is in it is none. */
function isPlain(_path: string, entry: object): boolean {
  return 'type' in entry && (entry.type === 'File' || entry.type === 'Directory');
}

function readManifest(directory: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(join(directory, backupFiles.manifest), 'utf8')));
  } catch (error) {
    throw backupError('backup_damaged', { cause: error });
  }
}

/** As `init` gives them, whatever the archive says. */
function setModes(directory: string): void {
  for (const name of backupFiles.privateDirectories) {
    const inside = join(directory, name);
    chmodSync(inside, 0o700);
    for (const entry of readdirSync(inside, { withFileTypes: true, recursive: true })) {
      chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
    }
  }
  chmodSync(join(directory, gatewayFiles.documentKey), 0o600);
  for (const name of backupFiles.public) chmodSync(join(directory, name), 0o644);
  for (const name of backupFiles.publicDirectories) {
    const inside = join(directory, name);
    // A backup from before there were profiles has none.
    mkdirSync(inside, { recursive: true });
    chmodSync(inside, 0o755);
    for (const file of readdirSync(inside)) chmodSync(join(inside, file), 0o644);
  }
  for (const name of [
    gatewayFiles.reviewerDirectory,
    gatewayFiles.profileSignerDirectory,
    gatewayFiles.offlineDirectory,
  ]) {
    mkdirSync(join(directory, name), { mode: 0o700 });
  }
}

function adoptList(store: IssuerStore, keySet: VerifiedKeySet, text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  // Also one that has expired since: what it says is revoked is revoked.
  const list = restoreStatusList({ text, keySet, primitives: nodePrimitives });
  const known = store.published();
  if (known !== undefined && list.issuedAt < known.issuedAt) throw backupError('published_list_older');
  return store.adopt({ text, issuedAt: list.issuedAt, statuses: marked(list) });
}

/** Every index that is not valid. */
function* marked(list: { statusAt(index: number): number | undefined }): Generator<IndexStatus> {
  for (let index = 0; ; index++) {
    const status = list.statusAt(index);
    if (status === undefined) return;
    if (status !== 0) yield { index, status: status === 2 ? 2 : 1 };
  }
}

function adoptCheckpoint(store: IssuerStore, keySet: VerifiedKeySet, text: string | undefined): void {
  if (text === undefined) return;
  const claims = readCheckpoint(text, keySet);
  if (claims === undefined) throw backupError('published_checkpoint_malformed');
  const { number, root, iat: issuedAt } = claims;
  const kept: KeptCheckpoint = { number, root, issuedAt, text };
  if (number > (store.checkpoint()?.number ?? 0)) store.keepCheckpoint(kept);
}
