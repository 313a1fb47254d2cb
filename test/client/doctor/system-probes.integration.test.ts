import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemProbes } from '#client/doctor/probe/system-probes.ts';

describe('looking at the machine', () => {
  it('sees how a folder lies there, and a link as a link', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sanad-probe-'));
    symlinkSync('/', join(folder, 'link'));
    const uid = process.getuid?.();
    expect(await systemProbes.entry(folder)).toEqual({ uid, mode: 0o700, isFolder: true });
    expect(await systemProbes.entry(join(folder, 'link'))).toMatchObject({ isFolder: false });
    expect(await systemProbes.entry(join(folder, 'absent'))).toBeNull();
    rmSync(folder, { recursive: true });
  });

  it('sees interfaces without any right', () => {
    expect(systemProbes.hasInterface('lo')).toBe(true);
    expect(systemProbes.hasInterface('sanad-nowhere')).toBe(false);
  });

  it('takes a port without a name server behind it for silence', async () => {
    // 127.0.0.0/8 is this machine; nobody listens on port 53 of so odd an address.
    expect(await systemProbes.answersAsNameServer('127.251.3.9')).toBe(false);
    expect(await systemProbes.answersAsNameServer('no address')).toBe(false);
  });

  it('looks names up as every program does', async () => {
    const found = await systemProbes.lookup('localhost');
    expect(found.kind === 'found' && found.addresses.length > 0).toBe(true);
    // RFC 6761: .invalid never exists. A machine without any resolver cannot say even that.
    expect((await systemProbes.lookup('nothing.invalid')).kind).not.toBe('found');
  });
});
