import { constants } from 'node:fs';
import { chmod, chown, lstat, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { paths } from '#shared/contract/paths.ts';
import type { Place } from '../remnant.ts';

const OWN_DIRECTORY_MODE = 0o700;
const WRITABLE_BY_OTHERS = 0o022;
/** A target lists networks; the service reads no larger one. */
const MAX_TARGET_BYTES = 1024 * 1024;

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The service believes nothing in a directory that others could write, and starts closed. */
export function stateDirectoryPlace(service: Account, directory: string = paths.stateDirectory): Place {
  return {
    kind: 'state_directory',
    look: async () => {
      const state = await stateOf(directory);
      if (state === null || (state.isDirectory() && isOwn(state, service))) return [];
      if (!state.isDirectory()) throw new Error(`${directory} is no folder`);
      const remove = async (): Promise<void> => {
        await chown(directory, service.uid, service.gid);
        await chmod(directory, OWN_DIRECTORY_MODE);
      };
      return [{ kind: 'state_directory', name: `${directory}: owner and rights`, remove }];
    },
  };
}

/**
 * What the next start would act on. Without the file nobody wants protection. Floors, lists and key sets stay: they
 * block nothing, and without them an old list would be news.
 */
export function targetPlace(service: Account | null, directory: string = paths.stateDirectory): Place {
  const file = join(directory, paths.targetFileName);
  return {
    kind: 'target',
    look: async () => {
      const state = await stateOf(file);
      if (state === null) return [];
      const isBelieved = service !== null && isOwn(state, service);
      if (isBelieved && (await saysUnprotected(file))) return [];
      return [{ kind: 'target', name: file, remove: () => rm(file, { force: true }) }];
    },
  };
}

type State = Awaited<ReturnType<typeof lstat>>;

async function stateOf(path: string): Promise<State | null> {
  try {
    return await lstat(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
}

function isOwn(state: State, { uid }: Account): boolean {
  return state.uid === uid && (Number(state.mode) & WRITABLE_BY_OTHERS) === 0;
}

/** Anything else, and whatever cannot be read, is taken by the service for a wish to be protected. */
async function saysUnprotected(path: string): Promise<boolean> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const state = await file.stat();
      if (!state.isFile() || state.size > MAX_TARGET_BYTES) return false;
      return isUnprotected(JSON.parse(await file.readFile('utf8')));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

function isUnprotected(content: unknown): boolean {
  if (typeof content !== 'object' || content === null || !('target' in content)) return false;
  const { target } = content;
  return typeof target === 'object' && target !== null && 'kind' in target && target.kind === 'unprotected';
}
