import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, 'write-on-full-disk.ts');

function onSmallDisk(): unknown {
  const directory = mkdtempSync(join(tmpdir(), 'sanad-small-'));
  const script = 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@" "$0"';
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

describe.skipIf(!canMount)('a person’s full disk', () => {
  it('is a problem with a code, leaves the old file as it was and nothing half beside it', () => {
    expect(onSmallDisk()).toEqual({
      codes: ['written', 'file_not_written', 'written'],
      kept: { text: 'old' },
      left: ['filler', 'kept.json'],
    });
  });
});
