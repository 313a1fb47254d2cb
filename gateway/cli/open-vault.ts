import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gatewayFiles } from '../configuration.ts';
import { createMasterKey, readMasterKey } from '../evidence/master-key.ts';
import { DocumentVault } from '../evidence/vault.ts';
import type { Log } from '../log/log.ts';
import type { Connection } from '../storage/database.ts';
import { hasDocumentKeys, knownFiles } from '../storage/document-store.ts';
import { commandError } from './problem.ts';

/** Older orphans than this are nobody's: no upload takes so long. */
const ORPHAN_MILLISECONDS = 3_600_000;

/** The documents of a gateway, cleared of what a crash may have left. */
export async function openVault(options: {
  readonly directory: string;
  readonly database: Connection;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly log: Log;
}): Promise<DocumentVault> {
  const { database, now, log } = options;
  const directory = join(options.directory, gatewayFiles.documentDirectory);
  const keyFile = join(options.directory, gatewayFiles.documentKey);
  // A gateway that was made before there were documents. Where there are some, a new key would open none of them.
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!existsSync(keyFile) && !(await hasDocumentKeys(database))) createMasterKey(keyFile);
  const vault = new DocumentVault({ directory, masterKey: readMasterKey(keyFile) });
  const isKnown = (files: readonly string[]) => knownFiles(database, files);
  const { spared } = await vault.sweep({ isKnown, olderThan: now - ORPHAN_MILLISECONDS });
  if (spared > 0) log({ event: 'trouble', at: 'documents', error: commandError('documents_unknown') });
  return vault;
}
