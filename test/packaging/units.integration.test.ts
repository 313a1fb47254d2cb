import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayFiles } from '#gateway/configuration.ts';
import { paths } from '#shared/contract/paths.ts';
import { systemNames } from '#shared/contract/system-names.ts';
import { accounts, identity } from '#test/lab/system.ts';
import { packaging, readTmpfiles, readUnit } from './unit-file.ts';

/** Of ten; 1.5 is the most that the project allows itself. */
const MOST_EXPOSED = 1.5;
const hasAnalyzer = spawnSync('systemd-analyze', ['--version']).status === 0;
const services = ['sanadd', 'sanad-fetch'] as const;
const ofGateway = ['sanad-gateway', 'sanad-issuer'] as const;
const all = [...services, ...ofGateway];

describe.skipIf(!hasAnalyzer)('systemd-analyze', () => {
  /** The units with a program that there is: verify asks for it. */
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'sanad-units-'));
    for (const name of all) {
      const text = readFileSync(join(packaging, 'systemd', `${name}.service`), 'utf8');
      writeFileSync(join(directory, `${name}.service`), text.replaceAll('/usr/lib/sanad/node', '/bin/true'));
    }
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each(all)('finds nothing wrong with %s.service', (name) => {
    const { status, stdout, stderr } = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', '--recursive-errors=no', join(directory, `${name}.service`)],
      { encoding: 'utf8' },
    );
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  });

  it.each(all)('%s.service is exposed as little as the project asks', (name) => {
    const words = ['security', '--no-pager', '--offline=true', `--threshold=${MOST_EXPOSED * 10}`];
    const { status, stdout } = spawnSync(
      'systemd-analyze',
      [...words, join(packaging, 'systemd', `${name}.service`)],
      { encoding: 'utf8' },
    );
    const exposure = /exposure level for .*: ([\d.]+)/.exec(stdout)?.[1];
    expect(Number(exposure)).toBeLessThanOrEqual(MOST_EXPOSED);
    expect(status).toBe(0);
  });
});

describe('what the lab starts by hand is what the units start', () => {
  it.each(all)('%s: account, group and rights', (name) => {
    const unit = readUnit(`${name}.service`);
    const { uid, gid, capabilities } = identity(name);
    const given = { net_admin: 'CAP_NET_ADMIN', none: '', all: 'everything' }[capabilities];
    expect(unit.one('AmbientCapabilities')).toBe(given);
    expect(unit.one('CapabilityBoundingSet')).toBe(given);
    expect(unit.one('NoNewPrivileges')).toBe('yes');
    expect([unit.one('User'), unit.one('Group'), unit.one('SupplementaryGroups')]).toEqual([name, name, '']);
    expect(uid).toBe(gid);
  });

  it('every account of the services is made by sysusers.d', () => {
    const lines = readFileSync(join(packaging, 'sysusers.d/sanad.conf'), 'utf8').split('\n');
    const made = lines.filter((line) => line.startsWith('u ')).map((line) => line.split(/\s+/)[1]);
    expect(new Set(made)).toEqual(new Set(services));
    expect(Object.keys(accounts)).toEqual(expect.arrayContaining(made));
  });

  it('every directory that the services need is made by tmpfiles.d, and is let through by their walls', () => {
    const made = readTmpfiles('sanad.conf').map(({ path }) => path);
    const needed = [
      paths.userDirectory,
      paths.relayDirectory,
      paths.stateDirectory,
      paths.anchorDirectory,
      paths.policyDirectory,
      systemNames.wireguardDirectory,
      ...[paths.adminSocket, paths.fetchSocket].map((socket) => join(socket, '..')),
    ];
    expect(made).toEqual(expect.arrayContaining(needed));
    const daemon = readUnit('sanadd.service').words('ReadWritePaths');
    for (const path of ['/run/sanad/admin', paths.userDirectory, `-${systemNames.wireguardDirectory}`])
      expect(daemon).toContain(path);
    expect(readUnit('sanad-fetch.service').words('ReadWritePaths')).toEqual([
      '/run/sanad/fetch',
      paths.relayDirectory,
    ]);
  });
});

describe('the units of a gateway', () => {
  const gateway = readUnit('sanad-gateway.service');
  const issuer = readUnit('sanad-issuer.service');

  it('have accounts of their own', () => {
    const lines = readFileSync(join(packaging, 'sysusers.d/sanad-gateway.conf'), 'utf8').split('\n');
    const made = lines.filter((line) => line.startsWith('u ')).map((line) => line.split(/\s+/)[1]);
    expect(new Set(made)).toEqual(new Set(ofGateway));
  });

  it('meet at one socket', () => {
    const of = (unit: typeof issuer, option: string) => {
      const words = unit.words('ExecStart');
      return words[words.indexOf(option) + 1];
    };
    expect(of(gateway, '--issuer-socket')).toBe(of(issuer, '--socket'));
    expect(issuer.one('ExecStartPost')).toContain(of(issuer, '--socket'));
    expect(of(issuer, '--dir')).toBe(join(of(gateway, '--dir') ?? '', gatewayFiles.issuerDirectory));
  });

  it('keep from the gateway what signs, and from the issuer what registrants gave', () => {
    const below = (name: string) => `-/var/lib/sanad-gateway/${name}`;
    const { issuerDirectory, offlineDirectory, reviewerDirectory } = gatewayFiles;
    const { storageDirectory, documentDirectory } = gatewayFiles;
    expect(gateway.words('InaccessiblePaths')).toEqual(
      expect.arrayContaining([issuerDirectory, offlineDirectory, reviewerDirectory].map(below)),
    );
    expect(issuer.words('InaccessiblePaths')).toEqual(
      expect.arrayContaining([storageDirectory, documentDirectory, offlineDirectory].map(below)),
    );
    expect([issuer.one('PrivateNetwork'), issuer.one('RestrictAddressFamilies')]).toEqual(['yes', 'AF_UNIX']);
  });

  it.each([gateway, issuer])('run without a compiler', (unit) => {
    expect(unit.one('MemoryDenyWriteExecute')).toBe('yes');
    expect(unit.words('ExecStart')).toContain('--jitless');
  });
});

describe('the daemon’s unit', () => {
  const unit = readUnit('sanadd.service');

  it('names the bundles and options that there are', () => {
    const [node, ...words] = unit.words('ExecStart');
    expect(node).toBe('/usr/lib/sanad/node');
    expect(words).toContain('/usr/lib/sanad/sanadd.mjs');
    const source = readFileSync(join(packaging, '../daemon/index.ts'), 'utf8');
    for (const option of words.filter((word) => /^--\w+-user$/.test(word)))
      expect(source).toContain(`'${option.slice(2)}'`);
  });

  it('comes before every network, and waits until the firewall stands', () => {
    expect(unit.words('Before')).toContain('network-pre.target');
    expect(unit.words('Wants')).toContain('network-pre.target');
    expect(unit.one('ExecStartPost')).toContain(paths.adminSocket);
  });

  it('an interpreter without a compiler is enough for it: no page is ever writable and executable', () => {
    expect(unit.one('MemoryDenyWriteExecute')).toBe('yes');
    expect(unit.words('ExecStart')).toContain('--jitless');
    const run = (...flags: readonly string[]): string =>
      execFileSync(
        process.execPath,
        [...flags, '-e', 'console.log(require("fs").readFileSync("/proc/self/maps", "utf8"))'],
        { encoding: 'utf8' },
      );
    expect(run('--jitless')).not.toMatch(/ .wx. /);
  });
});
