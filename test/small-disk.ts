import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether this machine lets us mount a disk of our own. */
export const canMount = ((): boolean => {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Runs a program on a disk of 64 KiB that goes with it; the disk is its argument. Gives the JSON that it prints. */
export function onSmallDisk(program: string): unknown {
  const directory = mkdtempSync(join(tmpdir(), 'sanad-small-'));
  const script = 'mount -t tmpfs -o size=64k,mode=0700 tmpfs "$0" && exec "$@" "$0"';
  try {
    const words = ['-m', 'sh', '-c', script, directory, process.execPath, program];
    return JSON.parse(execFileSync('unshare', words, { encoding: 'utf8' }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
