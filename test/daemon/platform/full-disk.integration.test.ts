import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, 'keep-on-full-disk.ts');

function onSmallDisk(): unknown {
  const directory = mkdtempSync(join(tmpdir(), 'sanad-small-'));
  const script = 'mount -t tmpfs -o size=64k,mode=0700 tmpfs "$0" && exec "$@" "$0"';
  try {
    const words = ['-m', 'sh', '-c', script, directory, process.execPath, program];
    return JSON.parse(execFileSync('unshare', words, { encoding: 'utf8' }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const canMount = (() => {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!canMount)('the service’s full disk', () => {
  it('every write says so, what was there is there whole, and with room it is written', () => {
    const all = ['target', 'memory', 'key-set', 'status-list'];
    expect(onSmallDisk()).toEqual({
      before: Object.fromEntries(all.map((what) => [what, 'written'])),
      full: Object.fromEntries([...all, 'another status-list'].map((what) => [what, 'state_write_failed'])),
      kept: { target: 'unprotected', floor: 1, 'key-set': ['old'], 'status-list': ['old'] },
      halves: [],
      after: Object.fromEntries(all.map((what) => [what, 'written'])),
      now: { target: 'protected', floor: 2, 'key-set': ['new'], 'status-list': ['new'] },
    });
  });
});
