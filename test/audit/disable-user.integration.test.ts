import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeUserFolders, removeUserFolders } from '#cli/administer/user-folders.ts';
import type { SystemPaths } from '#cli/surroundings.ts';

/**
 * `sanad user disable` removes, as root, a folder that its user owns. A folder in it swapped for a link while root
 * descends (CVE-2018-1000073 and its kin) would be the end of whatever the link points to.
 */
describe('disabling a user who plants things in the folder', () => {
  const uid = process.getuid?.() ?? 0;
  let directory: string;
  let system: SystemPaths;
  let own: string;
  let victim: string;
  let swapping: ChildProcess | undefined;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sanad-disable-'));
    const at = (name: string): string => join(directory, name);
    for (const name of ['user', 'relay', 'victim']) mkdirSync(at(name));
    writeFileSync(
      at('group'),
      `sanadd:x:${process.getgid?.() ?? 0}:\nsanad-fetch:x:${process.getgid?.() ?? 0}:\n`,
    );
    system = {
      userDirectory: at('user'),
      relayDirectory: at('relay'),
      group: at('group'),
      passwd: at('passwd'),
      tmpfilesDirectory: at('none'),
      anchorDirectory: at('anchor.d'),
      policyDirectory: at('policy.d'),
    };
    await makeUserFolders(system, uid);
    own = join(directory, 'user', String(uid));
    victim = at('victim');
    for (let file = 0; file < 50; file += 1) writeFileSync(join(victim, `precious-${file}`), '');
  });
  afterEach(() => {
    swapping?.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  test('removes links, not what they point to; and leaves no folder of that user', async () => {
    symlinkSync(victim, join(own, 'sanadd.sock'));
    await removeUserFolders(system, uid);
    expect(readdirSync(join(directory, 'user'))).toEqual([]);
    expect(readdirSync(victim)).toHaveLength(50);
  });

  test('descends nowhere', async () => {
    mkdirSync(join(own, 'deep/deeper'), { recursive: true });
    await removeUserFolders(system, uid);
    expect(existsSync(own)).toBe(false);
    const [left = ''] = readdirSync(join(directory, 'user'));
    expect(existsSync(join(directory, 'user', left, 'deep/deeper'))).toBe(true);
  });

  test('follows no link, however often a folder is swapped for one meanwhile', async () => {
    for (let turn = 0; turn < 40; turn += 1) {
      for (const name of ['a', 'b', 'd', 'e']) mkdirSync(join(own, name, 'full'), { recursive: true });
      // Inside the folder, as a program of the user's that was there before.
      const swap = `while :; do mv -T d x; ln -s ${victim} d; rm d; mv -T x d; done 2>/dev/null`;
      swapping = spawn('bash', ['-c', swap], { cwd: own, stdio: 'ignore' });
      await new Promise((resolve) => setTimeout(resolve, 5));
      await removeUserFolders(system, uid);
      swapping.kill('SIGKILL');
      expect(existsSync(own)).toBe(false);
      expect(readdirSync(victim).filter((name) => name.startsWith('precious'))).toHaveLength(50);
      await makeUserFolders(system, uid);
    }
  });
});
