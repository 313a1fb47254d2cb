import { existsSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from '#client/file/lock.ts';

const patient = { timeout: 20_000 };
const often = { refreshMilliseconds: 20 };
const HOUR_AGO = Date.now() / 1000 - 3600;
let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sanad-lock-'));
  path = join(directory, 'x.lock');
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Work that goes on until it is told to end. */
function holding(): { readonly done: Promise<void>; end(): void; readonly hasBegun: () => boolean } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let hasBegun = false;
  const done = withLock(
    path,
    async () => {
      hasBegun = true;
      await promise;
    },
    often,
  );
  return { done, end: resolve, hasBegun: () => hasBegun };
}

describe('a lock', () => {
  it('stays its holder’s however long the work takes, as while a keychain asks', async () => {
    const first = holding();
    await expect.poll(first.hasBegun, patient).toBe(true);
    utimesSync(path, HOUR_AGO, HOUR_AGO);
    await expect.poll(() => statSync(path).mtimeMs / 1000, patient).toBeGreaterThan(HOUR_AGO + 1800);
    const second = holding();
    first.end();
    await first.done;
    await expect.poll(second.hasBegun, patient).toBe(true);
    second.end();
    await second.done;
    expect(existsSync(path)).toBe(false);
  });

  it('of one who is gone is taken over', async () => {
    writeFileSync(path, '');
    utimesSync(path, HOUR_AGO, HOUR_AGO);
    expect(await withLock(path, () => Promise.resolve('done'))).toBe('done');
  });

  it('that somebody has taken over is neither marked nor removed by who held it before', async () => {
    const first = holding();
    await expect.poll(first.hasBegun, patient).toBe(true);
    rmSync(path);
    writeFileSync(path, 'another’s');
    utimesSync(path, HOUR_AGO, HOUR_AGO);
    first.end();
    await first.done;
    expect(statSync(path).mtimeMs / 1000).toBeCloseTo(HOUR_AGO, 0);
  });
});
