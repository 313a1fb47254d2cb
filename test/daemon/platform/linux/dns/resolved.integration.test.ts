import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderSet, Resolved } from '#daemon/platform/linux/dns/resolved.ts';

/** A stand-in for resolvectl that writes down what it is told, a line each, and does as a test wants. */
let directory: string;
let resolved: Resolved;
const told = (): readonly string[] => readFileSync(join(directory, 'told'), 'utf8').split('\n').slice(0, -1);

function standIn(script = ''): void {
  const program = `#!/bin/sh\nprintf '%s\\n' "$*" >> '${directory}/told'\n${script}\n`;
  writeFileSync(join(directory, 'resolvectl'), program, { mode: 0o755 });
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sanad-resolved-'));
  writeFileSync(join(directory, 'told'), '');
  standIn();
  resolved = new Resolved({
    device: 'sanad-none',
    program: () => join(directory, 'resolvectl'),
    uplinkFile: join(directory, 'resolv.conf'),
  });
});
afterEach(() => rmSync(directory, { recursive: true }));

const office = { servers: ['10.66.66.1', 'fd66:66::1'], searchDomains: ['office.example'] };

describe('resolvectl is told', () => {
  it.each([
    [
      'servers and search domains: every name is asked there, and the servers come last',
      office,
      [
        ['domain', 'sanad0', '~.', 'office.example'],
        ['default-route', 'sanad0', 'true'],
        ['dns', 'sanad0', '10.66.66.1', 'fd66:66::1'],
      ],
    ],
    [
      'servers alone',
      { servers: ['10.66.66.1'], searchDomains: [] },
      [
        ['domain', 'sanad0', '~.'],
        ['default-route', 'sanad0', 'true'],
        ['dns', 'sanad0', '10.66.66.1'],
      ],
    ],
    [
      'search domains alone: names are still asked of the system’s own',
      { servers: [], searchDomains: ['office.example'] },
      [['domain', 'sanad0', 'office.example']],
    ],
    ['nothing', { servers: [], searchDomains: [] }, []],
  ])('%s', (_name, settings, words) => {
    expect(renderSet('sanad0', settings)).toEqual(words);
  });
});

describe('name servers through systemd-resolved', () => {
  it('are set, and taken back once', async () => {
    await resolved.set(office);
    await resolved.reset();
    await resolved.reset();
    expect(told()).toEqual([
      'domain sanad-none ~. office.example',
      'default-route sanad-none true',
      'dns sanad-none 10.66.66.1 fd66:66::1',
      'revert sanad-none',
    ]);
  });

  it('that were never set are not taken back', async () => {
    await resolved.reset();
    expect(told()).toEqual([]);
  });

  it('that polkit refuses are told as not set, in its words', async () => {
    standIn('echo "Failed to set DNS configuration: Interactive authentication required." >&2; exit 1');
    await expect(resolved.set(office)).rejects.toMatchObject({
      problem: { code: 'set_dns_failed', reason: expect.stringContaining('authentication') as string },
    });
    expect(told()).toHaveLength(1);
  });

  it('whose device is gone are gone with it: nothing keeps the network closed', async () => {
    await resolved.set(office);
    standIn('echo "Failed to resolve interface: No such device" >&2; exit 1');
    await resolved.reset();
    await resolved.reset();
    expect(told().filter((line) => line.startsWith('revert'))).toHaveLength(1);
  });

  it('of the system are those that resolved writes for others, not its own address', () => {
    writeFileSync(
      join(directory, 'resolv.conf'),
      'nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch lan\n',
    );
    expect(resolved.servers()).toEqual(['192.0.2.53', '2001:db8::53']);
    rmSync(join(directory, 'resolv.conf'));
    expect(resolved.servers()).toEqual([]);
  });

  it('without resolvectl cannot be set', () => {
    const without = new Resolved({ device: 'sanad0', program: () => undefined });
    expect(() => without.requireSupport()).toThrow('dns_unsupported');
  });
});
