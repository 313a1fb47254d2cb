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
   * old ones, since another front end may be about to note a young one. Where more files are unknown than known it is not
   * these that are wrong but the database, empty or another gateway's: then none but half-written ones are removed.
   */
  async sweep(options: {
    readonly isKnown: (files: readonly string[]) => Promise<ReadonlySet<string>>;
    /** Milliseconds since the epoch. */
    readonly olderThan: number;
  }): Promise<{ readonly removed: number; readonly spared: number }> {
    const names = await readdir(this.#directory);
    const whole = names.filter((name) => FILE_NAME.test(name));
    const half = names.filter(isHalfWritten);
    const unknown = await unknownOf(whole, options.isKnown);
    const old = await this.#oldOf(unknown, options.olderThan);
    const isPlausible = old.length <= whole.length - unknown.length;
    const orphans = [...(isPlausible ? old : []), ...(await this.#oldOf(half, options.olderThan))];
    await this.remove(orphans);
    return { removed: orphans.length, spared: isPlausible ? 0 : old.length };
  }

  async #oldOf(files: readonly string[], olderThan: number): Promise<readonly string[]> {
    const old: string[] = [];
    for (const name of files) {
      const changedAt = await changedAtIfThere(join(this.#directory, name));
      if (changedAt !== undefined && changedAt < olderThan) old.push(name);
    }
    return old;
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

function isHalfWritten(name: string): boolean {
  return name.endsWith(HALF_WRITTEN) && FILE_NAME.test(name.slice(0, -HALF_WRITTEN.length));
}

/** A few at a time: a statement takes only so many values. */
async function unknownOf(
  files: readonly string[],
  isKnown: (files: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<readonly string[]> {
  const unknown: string[] = [];
  for (let at = 0; at < files.length; at += 500) {
    const some = files.slice(at, at + 500);
    const known = await isKnown(some);
    unknown.push(...some.filter((name) => !known.has(name)));
  }
  return unknown;
}

function readIfThere(path: string): Promise<Buffer | undefined> {
  return unlessGone(readFile(path));
}

/** Another front end may rename or remove a file meanwhile. */
async function changedAtIfThere(path: string): Promise<number | undefined> {
  return (await unlessGone(stat(path)))?.mtimeMs;
}

async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
