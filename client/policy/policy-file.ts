import { constants } from 'node:fs';
import { lstat, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { policyFaults, type PolicyFault } from '#shared/registration/policy-fault.ts';
import { parsePolicy, type PolicyFile } from '#shared/registration/policy.ts';

/** As the service takes them. */
const SUFFIX = '.json';
const MAX_POLICY_BYTES = 64 * 1024;
const WRITABLE_BY_OTHERS = 0o022;

/** A fault of a file's text, or of how the file lies there. */
export type FileFault =
  | PolicyFault
  | {
      readonly line: null;
      readonly key: null;
      readonly code: 'file_unreadable' | 'file_too_large' | 'file_not_roots';
      readonly reason: string;
    };

export interface CheckedPolicyFile {
  readonly file: string;
  /** undefined where there is a fault. */
  readonly content: PolicyFile | undefined;
  readonly faults: readonly FileFault[];
}

export interface CheckedPolicy {
  /** In the order in which they count. */
  readonly files: readonly CheckedPolicyFile[];
  /** Lie there too and count for nothing: their names do not end in .json. */
  readonly ignored: readonly string[];
}

interface PolicyPlace {
  readonly path: string;
  /** Whose the files must be, where they are to count for this machine. undefined: a draft, whose it may. */
  readonly ownerUid?: number | undefined;
}

/** Reads a policy file, or all of a folder, and says everything that keeps the service from taking it. */
export async function checkPolicy({ path, ownerUid }: PolicyPlace): Promise<CheckedPolicy> {
  const state = await stat(path).catch(absentIf(ownerUid !== undefined));
  if (state === undefined) return { files: [], ignored: [] };
  if (!state.isDirectory()) return { files: [await checkFile(path, ownerUid)], ignored: [] };
  const folders = ownerUid === undefined ? [] : await folderFaults(path, ownerUid);
  const names = (await readdir(path)).toSorted();
  const wanted = names.filter((name) => name.endsWith(SUFFIX));
  const files = await Promise.all(wanted.map((name) => checkFile(join(path, name), ownerUid)));
  return { files: [...folders, ...files], ignored: names.filter((name) => !name.endsWith(SUFFIX)) };
}

/** To the service, no folder is no file. A draft that is not there is a mistake. */
function absentIf(isAllowed: boolean): (cause: unknown) => undefined {
  return (cause) => {
    if (isAllowed && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  };
}

/** Whoever may write the folder, or the one above it, decides what the files say. */
async function folderFaults(path: string, ownerUid: number): Promise<readonly CheckedPolicyFile[]> {
  const states = [await stat(dirname(path)), await lstat(path)];
  if (states.every((state) => isTrusted(state, ownerUid))) return [];
  return [{ file: '.', content: undefined, faults: [fault('file_not_roots')] }];
}

async function checkFile(path: string, ownerUid: number | undefined): Promise<CheckedPolicyFile> {
  const read = await readText(path, ownerUid);
  const faults = typeof read === 'string' ? policyFaults(read) : [read];
  const content = typeof read === 'string' && faults.length === 0 ? parsePolicy(read) : undefined;
  return { file: basename(path), content, faults };
}

async function readText(path: string, ownerUid: number | undefined): Promise<string | FileFault> {
  try {
    // No link, no pipe: what is looked at is what the service would read.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path, flags);
    try {
      const state = await file.stat();
      if (!state.isFile()) return fault('file_unreadable');
      if (state.size > MAX_POLICY_BYTES) return fault('file_too_large');
      if (ownerUid !== undefined && !isTrusted(state, ownerUid)) return fault('file_not_roots');
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch {
    return fault('file_unreadable');
  }
}

const reasons = {
  file_unreadable: 'It cannot be read as a plain file; a link does not count.',
  file_too_large: 'It is larger than the 64 KiB that a policy file may have.',
  file_not_roots: 'It does not belong to root alone: others could have written it.',
} as const;

function fault(code: keyof typeof reasons): FileFault {
  return { line: null, key: null, code, reason: reasons[code] };
}

function isTrusted(state: { readonly uid: number; readonly mode: number }, ownerUid: number): boolean {
  return state.uid === ownerUid && (state.mode & WRITABLE_BY_OTHERS) === 0;
}
