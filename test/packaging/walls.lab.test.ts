import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockedBecause, stateSeenBy } from '#test/audit/seen.ts';
import type { Person } from '#test/lab/client.ts';
import { insideLab, labImpossible, labOfRoot } from '#test/lab/enter.ts';
import { asAdministrator, createLab, type Lab } from '#test/lab/lab.ts';
import { addresses } from '#test/lab/network.ts';
import { asSomebody, root, run, start, until, type Background } from '#test/lab/process.ts';
import { must, registeredTunnel } from '#test/lab/story/registered.ts';
import { identity, LAB, logOf } from '#test/lab/system.ts';
import { refusedCalls } from './syscall-sets.ts';
import { argumentsOf, readUnit } from './unit-file.ts';
import { wallsOf } from './walls.ts';

const unit = readUnit('sanadd.service');
const TRACE = `${LAB}/trace`;
/** Somebody without rights may not trace everywhere (Yama, containers). */
const canTrace =
  spawnSync('setpriv', ['--reuid=65534', '--clear-groups', 'strace', '-D', '-f', '-o', '/dev/null', 'true'])
    .status === 0;
const hasTools = canTrace && spawnSync('systemd-analyze', ['--version']).status === 0;

/**
 * systemd does not run in the lab, so its walls are put up by other means: mounts as the unit names them, and strace
 * that refuses what the unit's filter refuses, and sees what the daemon and all that it starts ask the kernel for.
 */
describe.skipIf(!insideLab() || labImpossible() !== null || !labOfRoot() || !hasTools)(
  'the daemon within the walls of its unit',
  () => {
    let lab: Lab;
    let alice: Person;
    let daemon: Background;

    beforeAll(async () => {
      lab = await createLab();
      alice = await lab.admit('alice');
      await registeredTunnel(lab, alice, 'office');
      await lab.services.daemon.stop('SIGTERM');
      // packaging/sysctl.d sets it at boot.
      await run('client', root, ['sysctl', '-qw', 'net.ipv4.conf.all.src_valid_mark=1']);
      daemon = await startWithinWalls();
    });
    afterAll(async () => {
      await daemon?.stop('SIGTERM');
      await lab?.close();
    });

    async function startWithinWalls(): Promise<Background> {
      writeFileSync(`${LAB}/walls.sh`, wallsOf(unit, [TRACE]));
      await run('client', root, ['install', '-d', '-m', '0777', TRACE]);
      const refused = refusedCalls(unit).map((call) => `?${call}`);
      const watched = ['mmap', 'mprotect', 'pkey_mprotect', 'socket'];
      const strace = [
        ...['strace', '-D', '-f', '-qq', '--seccomp-bpf', '-o', `${TRACE}/calls`],
        ...['-e', `trace=${[...refused, ...watched].join(',')}`],
        ...['-e', `inject=${refused.join(',')}:error=EPERM`],
      ];
      const within = ['unshare', '--mount', '--propagation', 'private', 'sh', `${LAB}/walls.sh`];
      const started = start('client', root, 'sanadd', [
        ...[...within, ...asSomebody(identity('sanadd'))],
        ...[...strace, 'sanadd', ...argumentsOf(unit)],
      ]);
      await until(
        'the daemon within its walls',
        async () => {
          if (!started.alive()) throw new Error(`it ended: ${logOf('sanadd').slice(-2000)}`);
          return (await run('client', root, ['sanad', 'status'])).code === 0;
        },
        30_000,
      );
      return started;
    }

    it('connects with firewall, routes of both families and name servers, and disconnects', async () => {
      await must(alice, 'connect', 'office');
      expect(await alice.probe('http', addresses.site)).toBe(addresses.peer);
      expect(await alice.probe('http', addresses.site6)).toBe(addresses.peer6);
      expect(await alice.probe('txt', 'who.test')).toBe('inside');
      await must(alice, 'disconnect');
      expect(await alice.probe('txt', 'who.test')).toBe('outside');
    });

    it('takes lists from the fetcher, and keeps what it keeps', async () => {
      await must(alice, 'refresh');
      expect(existsSync('/var/lib/sanad/memory.json')).toBe(true);
      await asAdministrator('user', 'disable', 'bob').catch(() => undefined);
      await asAdministrator('user', 'enable', 'alice');
    });

    it('starts closed after a crash', async () => {
      await must(alice, 'connect', 'office');
      await daemon.stop('SIGKILL');
      daemon = await startWithinWalls();
      expect(await blockedBecause(alice)).toBe('needs_credentials');
      await must(alice, 'disconnect');
      expect((await stateSeenBy(alice)).kind).toBe('disconnected');
    });

    it('asks the kernel for nothing that its unit refuses, but limits that are not needed', async () => {
      const calls = readFileSync(`${TRACE}/calls`, 'utf8').split('\n');
      const refused = calls.flatMap((line) => /^\d+ +(\w+)\(.*EPERM.*\(INJECTED\)/.exec(line)?.[1] ?? []);
      // Node and Go ask for more open files, and go on with what they have.
      expect([...new Set(refused)].filter((call) => !['prlimit64', 'setrlimit'].includes(call))).toEqual([]);
      const both = calls.filter(
        (line) => /mmap\(|mprotect\(/.test(line) && /PROT_WRITE\|PROT_EXEC/.test(line),
      );
      expect(both).toEqual([]);
      expect(calls.filter((line) => /mprotect\(.*PROT_EXEC/.test(line))).toEqual([]);
      const families = calls.flatMap((line) => /socket\((AF_\w+)/.exec(line)?.[1] ?? []);
      expect(families.length).toBeGreaterThan(10);
      expect(unit.words('RestrictAddressFamilies')).toEqual(expect.arrayContaining([...new Set(families)]));
    });
  },
);
