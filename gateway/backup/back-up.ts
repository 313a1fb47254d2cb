import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { SanadError } from '#shared/contract/problem.ts';
import { gatewayFiles, type GatewayIdentity } from '../configuration.ts';
import { issuerAt } from '../issuer/client.ts';
import { issuerFiles } from '../issuer/configuration.ts';
import { signedProfileNames } from '../profile/profile-directory.ts';
import { copySqlite, openSqlite } from '../storage/node-sqlite.ts';
import { backupFiles, type Manifest } from './manifest.ts';

export interface BackupOptions {
  readonly directory: string;
  readonly identity: GatewayIdentity;
  /** Must not exist yet. */
  readonly to: string;
  readonly cases: Manifest['cases'];
  /** Of an issuer that runs; one that does not is read from its files. */
  readonly issuerSocket: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

/**
 * Writes everything that a gateway needs to go on, running or not, into one file for its owner alone. Not the offline root
 * key, the profile key and the reviewers' keys, which are not the gateway's.
 */
export async function backUp(options: BackupOptions): Promise<void> {
  const { directory, to } = options;
  // Inside the directory: documents are linked, not copied, and nobody else may look.
  const stage = mkdtempSync(join(directory, gatewayFiles.storageDirectory, '.backup-'));
  const unfinished = `${to}.unfinished`;
  try {
    await fillStage(stage, options);
    // Made here, for its owner alone from its first byte on.
    closeSync(openSync(unfinished, 'wx', 0o600));
    await create({ file: unfinished, cwd: stage, gzip: true, portable: true }, readdirSync(stage));
    flush(unfinished);
    // Not over a file that came there meanwhile.
    linkSync(unfinished, to);
    flush(dirname(to));
  } finally {
    rmSync(unfinished, { force: true });
    rmSync(stage, { recursive: true });
  }
}

async function fillStage(stage: string, options: BackupOptions): Promise<void> {
  const { directory, identity, cases, now } = options;
  for (const name of backupFiles.privateDirectories) mkdirSync(join(stage, name));
  // First the cases, then what they name, and the issuer last: it then knows of every decision in them, and of revocations
  // that they may lack, which is the harmless way round.
  if (cases === 'sqlite') copyCases(directory, stage);
  takeDocuments(directory, stage);
  await copyIssuer(stage, options);
  for (const name of backupFiles.public) copyFileSync(join(directory, name), join(stage, name));
  for (const name of backupFiles.publicDirectories) {
    mkdirSync(join(stage, name));
    for (const file of signedProfileNames(join(directory, name))) {
      copyFileSync(join(directory, name, file), join(stage, name, file));
    }
  }
  const manifest: Manifest = { ver: 1, origin: identity.configuration.origin, made_at: now, cases };
  writeFileSync(join(stage, backupFiles.manifest), `${JSON.stringify(manifest)}\n`);
}

function copyCases(directory: string, stage: string): void {
  const database = openSqlite(join(directory, gatewayFiles.database));
  try {
    copySqlite(database, join(stage, gatewayFiles.database));
  } finally {
    database.close();
  }
}

/** Each is written once and then only deleted. Their keys' key too, without which they are noise. */
function takeDocuments(directory: string, stage: string): void {
  copyFileSync(join(directory, gatewayFiles.documentKey), join(stage, gatewayFiles.documentKey));
  const documents = join(directory, gatewayFiles.documentDirectory);
  for (const entry of readdirSync(documents, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const copy = join(stage, file.slice(directory.length + 1));
    mkdirSync(dirname(copy), { recursive: true });
    try {
      linkSync(file, copy);
    } catch (error) {
      // Deleted meanwhile, which is then true of the backup too.
      if (existsSync(file)) throw error;
    }
  }
}

async function copyIssuer(stage: string, { directory, issuerSocket }: BackupOptions): Promise<void> {
  const from = join(directory, gatewayFiles.issuerDirectory);
  const to = join(stage, gatewayFiles.issuerDirectory);
  for (const name of [issuerFiles.configuration, issuerFiles.certificateKey, issuerFiles.statusKey]) {
    copyFileSync(join(from, name), join(to, name));
  }
  const copy = join(from, issuerFiles.databaseCopy);
  // While it runs nobody else can open its database.
  if (!(await hasCopied(issuerSocket))) copyOwn(join(from, issuerFiles.database), copy);
  renameSync(copy, join(to, issuerFiles.database));
}

/** False where no issuer is running. */
async function hasCopied(issuerSocket: string): Promise<boolean> {
  try {
    await issuerAt(issuerSocket).ask('backup', {});
    return true;
  } catch (error) {
    if (error instanceof SanadError && error.problem.code === 'issuer_unavailable') return false;
    throw error;
  }
}

function copyOwn(file: string, copy: string): void {
  const database = openSqlite(file);
  try {
    copySqlite(database, copy);
  } finally {
    database.close();
  }
}

function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
