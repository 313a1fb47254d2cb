import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SanadError } from '#shared/contract/problem.ts';
import { HALF_WRITTEN, writeAtomically } from '../file/atomic-file.ts';
import { withLock } from '../file/lock.ts';
import { readPlainFile } from '../file/read-file.ts';
import type { Keychain } from '../keychain.ts';
import { openFile, sealFile, SEALED_OVERHEAD_BYTES } from './sealed-file.ts';
import {
  fileIdOf,
  newVaultKeyItem,
  parseVaultKeyItem,
  VAULT_KEY_ACCOUNT,
  type VaultKey,
} from './vault-key.ts';
import { vaultError } from './vault-problem.ts';

/** Far more than any document; a file of more was not written here. */
export const MAX_VAULT_FILE_BYTES = 64 * 1024 * 1024;
const SUFFIX = '.sealed';
const FILE_NAME = /^[0-9a-f]{40}\.sealed$/;
const KIND = /^[a-z][a-z-]{0,31}$/;
const MODES = { mode: 0o600, directoryMode: 0o700 } as const;

interface VaultOptions {
  readonly keychain: Keychain;
  readonly configDirectory: string;
}

export interface VaultContents {
  readonly contents: readonly Buffer[];
  /** Files of the kind that are torn or altered. They are left where they are. */
  readonly damaged: number;
}

/**
 * A person's own files at rest, encrypted under a key in the OS keychain. A keychain that is locked or missing is an error
 * of kind `keychain`, and a key that is gone is `vault_key_missing`: nothing is ever taken for absent because it cannot be
 * read, and no new key is made beside files of another one. Every write leaves the old file or the new one, whole.
 */
export class Vault {
  readonly #directory: string;
  readonly #lock: string;
  readonly #keychain: Keychain;
  #known: { readonly key: VaultKey; readonly mark: string } | undefined;
  #isSwept = false;

  constructor({ keychain, configDirectory }: VaultOptions) {
    this.#directory = join(configDirectory, 'vault');
    this.#lock = join(configDirectory, 'vault.lock');
    this.#keychain = keychain;
  }

  /** `kind` is a folder on the disk; `name` is seen by nobody who has not the key. */
  async write(kind: string, name: string, content: Uint8Array): Promise<void> {
    requireKind(kind);
    // Before the lock: the keychain may ask a person, who may take longer than a lock lasts.
    await this.#key();
    await withLock(this.#lock, async () => {
      const key = (await this.#key()) ?? (await this.#makeKey());
      await this.#markKey(key);
      await this.#sweep();
      const id = fileIdOf(key, kind, name);
      await writeAtomically(this.#path(kind, id), sealFile(key, content, `${kind}/${id}`), MODES);
    });
  }

  /** undefined only where there is none. */
  async read(kind: string, name: string): Promise<Buffer | undefined> {
    requireKind(kind);
    const key = await this.#key();
    if (key === undefined) return undefined;
    return await this.#open(key, kind, fileIdOf(key, kind, name));
  }

  /** Everything of a kind. One damaged file keeps nobody from the others. */
  async all(kind: string): Promise<VaultContents> {
    requireKind(kind);
    const key = await this.#key();
    if (key === undefined) return { contents: [], damaged: 0 };
    const contents: Buffer[] = [];
    let damaged = 0;
    for (const id of await this.#idsOf(kind)) {
      try {
        const content = await this.#open(key, kind, id);
        if (content !== undefined) contents.push(content);
      } catch (cause) {
        if (!isDamage(cause)) throw cause;
        damaged += 1;
      }
    }
    return { contents, damaged };
  }

  /** Whether there was one. */
  async remove(kind: string, name: string): Promise<boolean> {
    return await this.#removeWhere(kind, (key) => {
      const meant = fileIdOf(key, kind, name);
      return (id) => id === meant;
    });
  }

  /** Removes all of a kind but these. */
  async keepOnly(kind: string, names: readonly string[]): Promise<void> {
    await this.#removeWhere(kind, (key) => {
      const kept = new Set(names.map((name) => fileIdOf(key, kind, name)));
      return (id) => !kept.has(id);
    });
  }

  /** Destroys the key, and with it everything that it has encrypted, wherever copies may lie; then the files. */
  async wipe(): Promise<void> {
    await withLock(this.#lock, async () => {
      this.#known = undefined;
      try {
        await this.#keychain.delete(VAULT_KEY_ACCOUNT);
      } finally {
        // Also where the keychain does not answer: what can be destroyed is, and the error says what is left to do.
        await rm(this.#directory, { recursive: true, force: true });
      }
    });
  }

  async #removeWhere(kind: string, meaning: (key: VaultKey) => (id: string) => boolean): Promise<boolean> {
    requireKind(kind);
    // Before the lock as for writing, and again under it: by an old key nothing of a new vault has its name.
    if ((await this.#key()) === undefined) return false;
    return await withLock(this.#lock, async () => {
      const key = await this.#key();
      if (key === undefined) return false;
      const meant = (await this.#idsOf(kind)).filter(meaning(key));
      for (const id of meant) await rm(this.#path(kind, id), { force: true });
      return meant.length > 0;
    });
  }

  async #open(key: VaultKey, kind: string, id: string): Promise<Buffer | undefined> {
    const sealed = await readOwn(this.#path(kind, id), MAX_VAULT_FILE_BYTES + SEALED_OVERHEAD_BYTES);
    return sealed === undefined ? undefined : openFile(key, sealed, `${kind}/${id}`);
  }

  /** undefined: there is none yet, and nothing that one would open. */
  async #key(): Promise<VaultKey | undefined> {
    const mark = await this.#mark();
    // Another process may have wiped everything and begun anew since.
    if (this.#known !== undefined && mark === this.#known.mark) return this.#known.key;
    this.#known = undefined;
    const isInUse = mark !== undefined || (await this.#hasFiles());
    const item = await this.#keychain.get(VAULT_KEY_ACCOUNT);
    if (item === undefined) {
      if (isInUse) throw vaultError('vault_key_missing');
      return undefined;
    }
    const key = parseVaultKeyItem(item);
    if (mark !== undefined && mark !== markOf(key)) throw vaultError('vault_key_missing');
    this.#known = { key, mark: markOf(key) };
    return key;
  }

  /** Under the lock, where there is neither a key nor a file. */
  async #makeKey(): Promise<VaultKey> {
    const item = newVaultKeyItem();
    await this.#keychain.set(VAULT_KEY_ACCOUNT, item);
    // What is encrypted under a key that was not kept is lost: look before anything is.
    if ((await this.#keychain.get(VAULT_KEY_ACCOUNT)) !== item) throw vaultError('vault_key_unreadable');
    return parseVaultKeyItem(item);
  }

  /** Which key is in use, in a file of its own: others see by it that theirs is not any more. */
  async #markKey(key: VaultKey): Promise<void> {
    const mark = markOf(key);
    if ((await this.#mark()) !== mark) await writeAtomically(this.#markPath(), `${mark}\n`, MODES);
    this.#known = { key, mark };
  }

  async #mark(): Promise<string | undefined> {
    const text = (await readOwn(this.#markPath(), 100))?.toString('latin1').trim();
    return text !== undefined && /^[0-9a-f]{16}$/.test(text) ? text : undefined;
  }

  /** Takes away what an interrupted write has left. Nobody else writes under the lock. */
  async #sweep(): Promise<void> {
    if (this.#isSwept) return;
    const names = await readdirIfThere(this.#directory, { recursive: true });
    for (const name of names.filter((one) => one.endsWith(HALF_WRITTEN))) {
      await rm(join(this.#directory, name), { force: true });
    }
    this.#isSwept = true;
  }

  async #hasFiles(): Promise<boolean> {
    return (await readdirIfThere(this.#directory, { recursive: true })).some((name) => name.endsWith(SUFFIX));
  }

  async #idsOf(kind: string): Promise<readonly string[]> {
    const names = await readdirIfThere(join(this.#directory, kind));
    return names.filter((name) => FILE_NAME.test(name)).map((name) => name.slice(0, -SUFFIX.length));
  }

  #path(kind: string, id: string): string {
    return join(this.#directory, kind, `${id}${SUFFIX}`);
  }

  #markPath(): string {
    return join(this.#directory, 'key-in-use');
  }
}

function markOf({ id }: VaultKey): string {
  return id.toString('hex');
}

function isDamage(cause: unknown): boolean {
  return cause instanceof SanadError && cause.problem.code === 'vault_file_damaged';
}

function requireKind(kind: string): void {
  if (!KIND.test(kind)) throw new TypeError('a kind of file is a word of small letters');
}

/** undefined: not there. Anything else that keeps it from being read is an error with a code. */
async function readOwn(path: string, maxBytes: number): Promise<Buffer | undefined> {
  try {
    const found = await readPlainFile(path, maxBytes);
    if (typeof found === 'string') throw vaultError('vault_file_damaged');
    return found;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    if (cause.code === 'ENOENT') return undefined;
    throw vaultError('vault_file_unreadable', String(cause.code));
  }
}

async function readdirIfThere(
  path: string,
  options: { readonly recursive?: boolean } = {},
): Promise<readonly string[]> {
  try {
    return await readdir(path, options);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    if (cause.code === 'ENOENT') return [];
    throw vaultError('vault_file_unreadable', String(cause.code));
  }
}
