import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MAX_KEY_SET_BYTES, type VerifiedKeySet } from '#shared/registration/key-set.ts';
import { MAX_STATUS_LIST_BYTES, type VerifiedStatusList } from '#shared/registration/status-list.ts';
import { listName, type KnownProof } from '#shared/report/compose.ts';
import { writeAtomically } from '../file/atomic-file.ts';
import { superfluous, type KeptList } from './thin.ts';

/** Of one gateway, each under an address of its own; one that names lists without end fills its own places alone. */
const MAX_LISTS = 16;
/** A key set lasts for months: many years of one gateway's. */
const MAX_KEY_SETS = 128;
/** What a write that was killed left behind. */
const STRAY_MILLISECONDS = 3_600_000;

/** The signed files of gateways, one folder for each gateway's key sets and one for each address of its lists. */
export class ProofArchive {
  readonly #directory: string;

  constructor(configDirectory: string) {
    this.#directory = join(configDirectory, 'archive');
  }

  async keepKeySet(keySet: VerifiedKeySet): Promise<void> {
    const folder = this.#folder('key-set', short(keySet.issuer));
    const name = `${keySet.issuedAt}-${keySet.version}.jwt`;
    if (!(await this.#write(folder, { name, of: keySet.issuer, text: keySet.text }))) return;
    const names = (await namesIn(folder)).toSorted(byIssue);
    for (const old of names.slice(0, -MAX_KEY_SETS)) await rm(join(folder, old), { force: true });
  }

  /** `indexes`: of this person's certificates in that list. */
  async keepStatusList(list: VerifiedStatusList, indexes: readonly number[]): Promise<void> {
    const folder = this.#listFolder(list);
    const of = listName(list.issuer, list.uri);
    const statuses = indexes.toSorted((a, b) => a - b).map((index) => `${index}=${list.statusAt(index)}`);
    const name = `${list.issuedAt}-${short(statuses.join())}.jwt`;
    if (!(await this.#write(folder, { name, of, text: list.text }))) return;
    for (const drop of superfluous(await keptIn(folder))) {
      await rm(join(folder, drop.name), { force: true });
    }
  }

  /** When the newest kept list of that gateway at that address was signed; undefined: none is kept. */
  async newestListOf(list: ListPlace): Promise<number | undefined> {
    const names = (await namesIn(this.#listFolder(list))).toSorted(byIssue);
    const newest = names.at(-1);
    return newest === undefined ? undefined : issuedAtOf(newest);
  }

  async keySets(): Promise<readonly KnownProof[]> {
    return await this.#all('key-set', MAX_KEY_SET_BYTES);
  }

  async statusLists(): Promise<readonly KnownProof[]> {
    return await this.#all('status-list', MAX_STATUS_LIST_BYTES);
  }

  /** What cannot be read is left out: the report then lacks that proof, and says so. */
  async #all(kind: Kind, maxBytes: number): Promise<readonly KnownProof[]> {
    const directory = join(this.#directory, kind);
    const proofs: KnownProof[] = [];
    for (const name of await listed(directory)) {
      const folder = join(directory, name);
      const of = await readBounded(join(folder, 'of'), 4096);
      if (of === undefined) continue;
      for (const file of await namesIn(folder)) {
        const text = await readBounded(join(folder, file), maxBytes);
        if (text !== undefined) proofs.push({ of, issuedAt: issuedAtOf(file), text });
      }
    }
    return proofs;
  }

  /** Whether it was not there yet, and there is a place for it. */
  async #write(
    folder: string,
    { name, of, text }: { readonly name: string; readonly of: string; readonly text: string },
  ): Promise<boolean> {
    const names = await listed(folder);
    if (names.includes(name)) return false;
    if (names.length === 0 && !(await hasPlace(folder))) return false;
    const modes = { mode: 0o600, directoryMode: 0o700 };
    if (!names.includes('of')) await writeAtomically(join(folder, 'of'), of, modes);
    await writeAtomically(join(folder, name), text, modes);
    await removeStrays(folder, names);
    return true;
  }

  #folder(kind: Kind, name: string): string {
    return join(this.#directory, kind, name);
  }

  #listFolder({ issuer, uri }: ListPlace): string {
    return this.#folder('status-list', `${short(issuer)}-${short(uri)}`);
  }
}

type ListPlace = Pick<VerifiedStatusList, 'issuer' | 'uri'>;

type Kind = 'key-set' | 'status-list';

const NAME = /^(\d{1,12})-([0-9a-z]+)\.jwt$/;

function issuedAtOf(name: string): number {
  return Number(NAME.exec(name)?.[1] ?? 0);
}

function byIssue(a: string, b: string): number {
  return issuedAtOf(a) - issuedAtOf(b) || (a < b ? -1 : 1);
}

/** An address is anybody's text: never a file's name. */
function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

/** Among those of the same gateway. */
async function hasPlace(folder: string): Promise<boolean> {
  const [issuer = ''] = basename(folder).split('-');
  const others = await listed(dirname(folder));
  return others.filter((name) => name.startsWith(issuer)).length < MAX_LISTS;
}

async function keptIn(folder: string): Promise<readonly KeptList[]> {
  const kept: KeptList[] = [];
  for (const name of await namesIn(folder)) {
    const size = (await stat(join(folder, name)).catch(() => undefined))?.size;
    const statuses = NAME.exec(name)?.[2] ?? '';
    if (size !== undefined) kept.push({ name, issuedAt: issuedAtOf(name), statuses, bytes: size });
  }
  return kept;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await listed(folder)).filter((name) => NAME.test(name));
}

async function listed(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    // Not there yet, or not ours to read: nothing is kept there.
    return [];
  }
}

async function readBounded(path: string, maxBytes: number): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > maxBytes) return undefined;
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function removeStrays(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names.filter((one) => one.endsWith('.new'))) {
    const path = join(folder, name);
    const written = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - written > STRAY_MILLISECONDS) await rm(path, { force: true });
  }
}
