import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { storageError } from '../storage/problem.ts';
import { newKey, seal, unseal } from './seal.ts';

const FILE_NAME = /^[0-9a-f-]{36}$/;
const HALF_WRITTEN = '.part';
/** Of a small disk a tenth. */
const KEPT_FREE_BYTES = 256 * 1024 * 1024;

/** Where documents lie: one sealed file each, named by chance. Nothing here says whose it is. */
export class DocumentVault {
  readonly #directory: string;
  readonly #masterKey: Buffer;

  constructor(parts: { readonly directory: string; readonly masterKey: Buffer }) {
    this.#directory = parts.directory;
    this.#masterKey = parts.masterKey;
  }

  /** A new key for a registration's documents, wrapped by the master key. */
  newRegistrationKey(registration: string): string {
    return seal(this.#masterKey, newKey(), `registration ${registration}`).toString('base64');
  }

  /** The document's key, wrapped by its registration's; undefined where that is damaged or of another master key. */
  wrapDocumentKey(of: DocumentOf & { readonly key: Buffer }): string | undefined {
    const registrationKey = this.#registrationKey(of);
    if (registrationKey === undefined) return undefined;
    return seal(registrationKey, of.key, `document ${of.document}`).toString('base64');
  }

  /** Seals the content under a new key and puts it on the disk, whole or not at all. */
  async write(document: string, content: Buffer): Promise<{ readonly file: string; readonly key: Buffer }> {
    await this.#requireRoom(content.length);
    const key = newKey();
    const file = randomUUID();
    const path = join(this.#directory, file);
    const half = `${path}${HALF_WRITTEN}`;
    try {
      const handle = await open(half, 'wx', 0o600);
      try {
        await handle.writeFile(seal(key, content, `content ${document}`));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(half, path);
      await this.#syncDirectory();
    } catch (error) {
      await rm(half, { force: true });
      throw error;
    }
    return { file, key };
  }

  /** undefined: the file is gone or damaged, or a key does not fit. */
  async read(
    of: DocumentOf & { readonly file: string; readonly wrappedKey: string },
  ): Promise<Buffer | undefined> {
    const registrationKey = this.#registrationKey(of);
    if (registrationKey === undefined) return undefined;
    const key = unseal(registrationKey, Buffer.from(of.wrappedKey, 'base64'), `document ${of.document}`);
    const sealed = await readIfThere(join(this.#directory, of.file));
    if (key === undefined || sealed === undefined) return undefined;
    return unseal(key, sealed, `content ${of.document}`);
  }

  /** Their keys are gone already: this only makes room. */
  async remove(files: readonly string[]): Promise<void> {
    await Promise.all(files.map((file) => rm(join(this.#directory, file), { force: true })));
  }

  /**
   * Removes files that belong to no document: left by a crash between file and row, or between row and file. Only
   * old ones, since another front end may be about to note a young one.
   */
  async sweep(options: {
    readonly isKnown: (files: readonly string[]) => Promise<ReadonlySet<string>>;
    /** Milliseconds since the epoch. */
    readonly olderThan: number;
  }): Promise<number> {
    const old: string[] = [];
    for (const name of await readdir(this.#directory)) {
      const isOurs = FILE_NAME.test(name.replace(HALF_WRITTEN, ''));
      const { mtimeMs } = await stat(join(this.#directory, name));
      if (isOurs && mtimeMs < options.olderThan) old.push(name);
    }
    const orphans: string[] = [];
    for (let at = 0; at < old.length; at += 500) {
      const some = old.slice(at, at + 500);
      const known = await options.isKnown(some);
      orphans.push(...some.filter((name) => !known.has(name)));
    }
    await this.remove(orphans);
    return orphans.length;
  }

  #registrationKey({ registration, registrationKey }: DocumentOf): Buffer | undefined {
    return unseal(this.#masterKey, Buffer.from(registrationKey, 'base64'), `registration ${registration}`);
  }

  /** Strangers may send documents: what they fill is not what the cases need. */
  async #requireRoom(bytes: number): Promise<void> {
    const { bavail, blocks, bsize } = await statfs(this.#directory);
    const kept = Math.min(KEPT_FREE_BYTES, (blocks * bsize) / 10);
    if (bavail * bsize < bytes + kept) throw storageError('storage_full');
  }

  async #syncDirectory(): Promise<void> {
    const handle = await open(this.#directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

interface DocumentOf {
  readonly registration: string;
  readonly document: string;
  /** As `newRegistrationKey` gave it. */
  readonly registrationKey: string;
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
