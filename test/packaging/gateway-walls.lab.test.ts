import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentView, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { addDocument, certify, decide, pdfOf, reviewerOf, submit } from '#test/gateway/reviewing.ts';
import { makeSigner, send } from '#test/gateway/running-gateway.ts';
import { insideLab, labImpossible, labOfRoot } from '#test/lab/enter.ts';
import { asSomebody, root, stopAll, until, startHere, type Background } from '#test/lab/process.ts';
import { identity, LAB, logOf, prepareSystem, uidOf, type Account } from '#test/lab/system.ts';
import { refusedCalls } from './syscall-sets.ts';
import { argumentsOf, packaging, readUnit, type UnitFile } from './unit-file.ts';
import { wallsOf } from './walls.ts';

const ORIGIN = 'http://127.0.0.1:8443';
const HOME = '/var/lib/sanad-gateway';
const TRACE = `${LAB}/trace`;
const gateway = { directory: HOME, origin: ORIGIN, port: 8443 };
const canTrace =
  spawnSync('setpriv', ['--reuid=65534', '--clear-groups', 'strace', '-D', '-f', '-o', '/dev/null', 'true'])
    .status === 0;
const hasTools =
  canTrace &&
  ['systemd-analyze', 'systemd-tmpfiles'].every((tool) => spawnSync(tool, ['--version']).status === 0);

/** As test/packaging/walls.lab.test.ts has the daemon: mounts as the unit names them, and strace for its filter. */
describe.skipIf(!insideLab() || labImpossible() !== null || !labOfRoot() || !hasTools)(
  'gateway and issuer within the walls of their units',
  () => {
    const units = {
      'sanad-issuer': readUnit('sanad-issuer.service'),
      'sanad-gateway': readUnit('sanad-gateway.service'),
    };

    beforeAll(async () => {
      prepareSystem();
      execFileSync('ip', ['link', 'set', 'lo', 'up']);
      mkdirSync(TRACE, { recursive: true, mode: 0o777 });
      execFileSync('chmod', ['0777', TRACE]);
      makeDirectories();
      program(
        'init',
        '--dir',
        HOME,
        '--origin',
        ORIGIN,
        '--name',
        'walls',
        '--legal-name',
        'Association (test)',
        ...['--contact', 'help@gateway.test', '--retention', 'a year'],
      );
      makeDirectories();
      await startWithinWalls('sanad-issuer', () => existsSync('/run/sanad-issuer/issuer.sock'));
      execFileSync('install', [
        '-d',
        '-m',
        '0750',
        '-o',
        'sanad-gateway',
        '-g',
        'sanad-gateway',
        '/run/sanad-gateway',
      ]);
      await startWithinWalls('sanad-gateway', async () => {
        const health = send(gateway, { method: 'GET', path: '/v1/health' });
        return (await health.then(({ status }) => status).catch(() => 0)) === 200;
      });
    });
    afterAll(async () => {
      await stopAll();
    });

    function makeDirectories(): void {
      execFileSync('systemd-tmpfiles', ['--create', join(packaging, 'tmpfiles.d/sanad-gateway.conf')]);
    }

    function program(...words: readonly string[]): string {
      return execFileSync(`${LAB}/bin/sanad-gateway`, words, { encoding: 'utf8' });
    }

    async function startWithinWalls(
      name: 'sanad-gateway' | 'sanad-issuer',
      isUp: () => boolean | Promise<boolean>,
    ) {
      const unit = units[name];
      writeFileSync(`${LAB}/${name}-walls.sh`, wallsOf(unit, [TRACE]));
      const refused = refusedCalls(unit).map((call) => `?${call}`);
      const strace = [
        ...['strace', '-D', '-f', '-qq', '--seccomp-bpf', '-o', `${TRACE}/${name}`],
        ...['-e', `trace=${[...refused, 'mmap', 'mprotect', 'pkey_mprotect', 'socket'].join(',')}`],
        ...['-e', `inject=${refused.join(',')}:error=EPERM`],
      ];
      const network = unit.one('PrivateNetwork') === 'yes' ? ['--net'] : [];
      const within = [
        'unshare',
        '--mount',
        ...network,
        '--propagation',
        'private',
        'sh',
        `${LAB}/${name}-walls.sh`,
      ];
      const started: Background = startHere(root, name, [
        ...[...within, ...asSomebody(identity(name)), ...strace, name, ...argumentsOf(unit)],
      ]);
      await until(
        name,
        async () => {
          if (!started.alive()) throw new Error(`it ended: ${logOf(name).slice(-2000)}`);
          return await isUp();
        },
        30_000,
      );
    }

    it('give each account what is its own, and nothing else', () => {
      const owner = (name: string) => statSync(join(HOME, name)).uid;
      expect([owner('.'), owner('offline'), owner('reviewer')]).toEqual([0, 0, 0]);
      expect(owner('issuer/certificate.key.json')).toBe(uidOf('sanad-issuer'));
      expect(owner('document.key.json')).toBe(uidOf('sanad-gateway'));
      const as = (name: Account, ...argv: readonly string[]) => {
        const [file = '', ...rest] = [...asSomebody(identity(name)), ...argv];
        return spawnSync(file, rest).status;
      };
      expect(as('sanad-gateway', 'ls', `${HOME}/storage`)).toBe(0);
      expect(as('sanad-gateway', 'ls', `${HOME}/issuer`)).not.toBe(0);
      expect(as('sanad-gateway', 'mv', `${HOME}/issuer`, `${HOME}/other`)).not.toBe(0);
      expect(as('sanad-issuer', 'cat', `${HOME}/document.key.json`)).not.toBe(0);
      const socket = statSync('/run/sanad-issuer/issuer.sock');
      expect([socket.uid, socket.gid, socket.mode & 0o777]).toEqual([
        ...[uidOf('sanad-issuer'), uidOf('sanad-gateway'), 0o660],
      ]);
    });

    it('take a case with a document through to its certificate', async () => {
      const device = await makeSigner();
      const { id } = (await submit(gateway, device)).json<RegistrationView>();
      const document = await addDocument(gateway, device, { id, content: pdfOf() });
      expect(document.json<DocumentView>()).toMatchObject({ content_type: 'application/pdf' });
      const reviewer = reviewerOf(gateway, 'reviewer');
      expect((await decide(gateway, { id, device, reviewer })).status).toBe(200);
      expect((await certify(gateway, device, id)).status).toBe(200);
      const socket = '/run/sanad-gateway/monitor.sock';
      const ready = execFileSync('curl', ['-sf', '--unix-socket', socket, 'http://x/ready'], {
        encoding: 'utf8',
      });
      expect(JSON.parse(ready)).toMatchObject({ ready: true });
    });

    it('let root make a backup while they run', () => {
      const file = `${LAB}/gateway.backup`;
      program('backup', '--dir', HOME, '--to', file, '--issuer-socket', '/run/sanad-issuer/issuer.sock');
      const names = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' });
      expect(names).toContain('issuer/issuer.db');
    });

    it.each(Object.entries(units))(
      '%s asks the kernel for nothing that its unit refuses',
      (name, unit: UnitFile) => {
        const calls = readFileSync(`${TRACE}/${name}`, 'utf8').split('\n');
        const refused = calls.flatMap((line) => /^\d+ +(\w+)\(.*EPERM.*\(INJECTED\)/.exec(line)?.[1] ?? []);
        // Node asks for more open files, and goes on with what it has.
        expect([...new Set(refused)].filter((call) => !['prlimit64', 'setrlimit'].includes(call))).toEqual(
          [],
        );
        expect(
          calls.filter((line) => /mmap\(|mprotect\(/.test(line) && /PROT_WRITE\|PROT_EXEC/.test(line)),
        ).toEqual([]);
        const families = calls.flatMap((line) => /socket\((AF_\w+)/.exec(line)?.[1] ?? []);
        expect(families.length).toBeGreaterThan(0);
        expect(unit.words('RestrictAddressFamilies')).toEqual(expect.arrayContaining([...new Set(families)]));
      },
    );
  },
);
