import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type * as FileSystem from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withLock } from '#client/file/lock.ts';

/** Awaited by whoever has looked at a file, before it hears what it saw. */
const delays: Promise<void>[] = [];
const looks = { count: 0 };

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof FileSystem>();
  const stat = async (path: string): Promise<unknown> => {
    looks.count += 1;
    const delay = delays.shift();
    const found = await original.stat(path);
    await delay;
    return found;
  };
  return { ...original, stat };
});

const patient = { timeout: 20_000 };
let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sanad-lock-'));
  path = join(directory, 'x.lock');
});
afterEach(() => rmSync(directory, { recursive: true }));

const hourAgo = (file: string): void => {
  const then = Date.now() / 1000 - 3600;
  writeFileSync(file, '');
  utimesSync(file, then, then);
};

describe('the lock of one who is gone, with two who wait for it', () => {
  it('is not both theirs when one of them is slow to remove it', async () => {
    hourAgo(path);
    const look = Promise.withResolvers<void>();
    delays.push(look.promise);
    const events: string[] = [];
    const slow = withLock(path, () => Promise.resolve(events.push('slow')));
    await expect.poll(() => delays.length, patient).toBe(0);
    const work = Promise.withResolvers<void>();
    const quick = withLock(path, async () => {
      events.push('quick');
      await work.promise;
      events.push('quick has ended');
    });
    await expect.poll(() => events, patient).toEqual(['quick']);
    // It acts on what it saw, and looks again as everybody who waits.
    const before = looks.count;
    look.resolve();
    await expect.poll(() => looks.count > before + 2 || events.length > 1, patient).toBe(true);
    work.resolve();
    await Promise.all([slow, quick]);
    expect(events).toEqual(['quick', 'quick has ended', 'slow']);
  });

  it('is taken over also where one has crashed while removing it', async () => {
    hourAgo(path);
    hourAgo(`${path}.stale`);
    expect(await withLock(path, () => Promise.resolve('done'))).toBe('done');
  });
});
