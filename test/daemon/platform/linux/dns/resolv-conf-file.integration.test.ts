import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ResolvConfFile } from '#daemon/platform/linux/dns/resolv-conf-file.ts';

const SYSTEM = '# by hand\nnameserver 192.0.2.53\nsearch lan\noptions rotate\n';
let directory: string;
let file: string;
let systemFile: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sanad-resolv-conf-'));
  mkdirSync(join(directory, 'resolver'));
  file = join(directory, 'resolver/resolv.conf');
  systemFile = join(directory, 'system');
  writeFileSync(file, SYSTEM);
  writeFileSync(systemFile, SYSTEM);
});
afterEach(() => rmSync(directory, { recursive: true }));

const make = (): ResolvConfFile => new ResolvConfFile({ device: 'sanad0', file, systemFile });
const text = (): string => readFileSync(file, 'utf8');
const office = { servers: ['10.66.66.1'], searchDomains: ['office.example'] };

describe('a resolv.conf that the administrator gave to Sanad', () => {
  it('has the tunnel’s name servers while there is one, readable for everybody, and says whose they are', async () => {
    const before = process.umask(0o077);
    await make().set(office);
    process.umask(before);
    expect(text()).toBe(
      '# The name servers of a Sanad tunnel, on sanad0. They go with it; do not edit.\n' +
        'nameserver 10.66.66.1\nsearch office.example\n',
    );
    expect(statSync(file).mode & 0o777).toBe(0o644);
  });

  it('has the administrator’s words again afterwards, as they are then', async () => {
    const dns = make();
    await dns.set(office);
    writeFileSync(systemFile, 'nameserver 192.0.2.54\n');
    await dns.reset();
    expect(text()).toBe('nameserver 192.0.2.54\n');
  });

  it('has them again also after a run that ended without taking the tunnel’s back', async () => {
    await make().set(office);
    await make().reset();
    expect(text()).toBe(SYSTEM);
  });

  it('that somebody else has written meanwhile stays as they wrote it', async () => {
    const dns = make();
    await dns.set(office);
    writeFileSync(file, 'nameserver 192.0.2.99\n');
    await dns.reset();
    expect(text()).toBe('nameserver 192.0.2.99\n');
  });

  it('gets back what was there when the administrator’s file is gone by then', async () => {
    const dns = make();
    await dns.set(office);
    rmSync(systemFile);
    await dns.reset();
    expect(text()).toBe(SYSTEM);
  });

  it('keeps the system’s name servers where the tunnel has search domains alone', async () => {
    await make().set({ servers: [], searchDomains: ['office.example'] });
    expect(text()).toContain('nameserver 192.0.2.53\nsearch office.example\n');
  });

  it('names the system’s own, whatever stands in it now', async () => {
    const dns = make();
    await dns.set(office);
    expect(dns.servers()).toEqual(['192.0.2.53']);
  });

  it('is never written through a link that lies at its name', async () => {
    const precious = join(directory, 'precious');
    writeFileSync(precious, 'precious');
    rmSync(file);
    symlinkSync(precious, file);
    symlinkSync(precious, `${file}.new`);
    await make().set(office);
    expect(readFileSync(precious, 'utf8')).toBe('precious');
    expect(text()).toContain('10.66.66.1');
  });

  it.each([
    ['the administrator’s file is missing', () => rmSync(systemFile)],
    ['its folder is', () => rmSync(join(directory, 'resolver'), { recursive: true })],
  ])('cannot be used where %s', (_name, change) => {
    change();
    expect(() => make().requireSupport()).toThrow('dns_unsupported');
  });
});
