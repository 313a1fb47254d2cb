import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joinLink } from '#gateway/cli/join-link.ts';
import { readKeyFile } from '#gateway/key/key-file.ts';
import { parseAnchor } from '#shared/contract/anchor-file.ts';
import { run } from '../running-gateway.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sanad-init-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const init = (...words: readonly string[]) =>
  run(
    ...['init', '--dir', join(home, 'g'), '--name', 'test', '--legal-name', 'Test Association'],
    ...['--contact', 'help@gateway.test', '--retention', 'a year', ...words],
  );
const origin = ['--origin', 'https://gateway.example'];

describe('sanad-gateway init', () => {
  it('prints the fingerprint, the join link and what to move offline', async () => {
    const { code, stdout } = await init(...origin);
    expect(code).toBe(0);
    const anchor = parseAnchor(readFileSync(join(home, 'g/anchor.json'), 'utf8'));
    expect(stdout).toContain(joinLink(anchor));
    expect(stdout).toMatch(/Fingerprint {2}(?:[0-9a-f]{4} ){15}[0-9a-f]{4}\n/);
    expect(stdout).toContain(`Move ${join(home, 'g/offline')}`);
    expect((await run('join-link', '--dir', join(home, 'g'))).stdout.trim()).toBe(joinLink(anchor));
  });

  it('lets nobody else read a key', async () => {
    await init(...origin, '--reviewer', 'amna', 'bilal');
    const files = readdirSync(join(home, 'g'), { recursive: true, encoding: 'utf8' });
    const keys = files.filter((name) => name.endsWith('.key.json'));
    expect(keys.sort()).toEqual([
      'document.key.json',
      'issuer/certificate.key.json',
      'issuer/status.key.json',
      'offline/root.key.json',
      'profile-signer/profile.key.json',
      'reviewer/amna.key.json',
      'reviewer/bilal.key.json',
    ]);
    for (const key of keys) expect(statSync(join(home, 'g', key)).mode & 0o777).toBe(0o600);
    for (const name of ['offline', 'issuer', 'reviewer', 'profile-signer', 'storage', 'document']) {
      expect(statSync(join(home, 'g', name)).mode & 0o777).toBe(0o700);
    }
  });

  it('overwrites nothing', async () => {
    await init(...origin);
    const before = readFileSync(join(home, 'g/offline/root.key.json'), 'utf8');
    const again = await init(...origin);
    expect(again).toMatchObject({ code: 2 });
    expect(again.stderr).toContain('gateway_exists');
    expect(readFileSync(join(home, 'g/offline/root.key.json'), 'utf8')).toBe(before);
  });

  it.each([
    ['http://gateway.example', 2],
    ['https://gateway.example/path', 2],
    ['gateway.example', 2],
  ])('refuses the origin %s and leaves no keys behind', async (bad, code) => {
    expect((await init('--origin', bad)).code).toBe(code);
    expect(readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((n) => n.includes('key'))).toEqual(
      [],
    );
  });

  it('refuses a TLS authority that is not there, and leaves no half gateway', async () => {
    expect((await init(...origin, '--tls-ca', join(home, 'none.pem'))).stderr).toContain('file_unreadable');
    expect((await init(...origin)).code).toBe(0);
  });

  it('names what is missing with exit code 2', async () => {
    const { code, stderr } = await init();
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--origin') as string,
    });
  });
});

describe('sanad-gateway serve', () => {
  it('does not serve an https origin without a certificate', async () => {
    await init(...origin);
    const { code, stderr } = await run('serve', '--dir', join(home, 'g'), '--listen', '127.0.0.1:1');
    expect({ code, named: stderr.includes('tls_required') }).toEqual({ code: 2, named: true });
  });

  it('says where there is no gateway', async () => {
    const { code, stderr } = await run('serve', '--dir', home, '--listen', '127.0.0.1:1');
    expect({ code, named: stderr.includes('gateway_missing') }).toEqual({ code: 2, named: true });
  });
});

describe('a reviewer’s command', () => {
  const ask = (key: string) => run('case', 'list', '--origin', 'http://127.0.0.1:9', '--key', key, '--json');

  it('says so when the gateway does not answer', async () => {
    await init(...origin);
    const { code, stdout } = await ask(join(home, 'g/reviewer/reviewer.key.json'));
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({ problem: { code: 'gateway_unreachable' } });
  });

  it('does not use a key that others may read', async () => {
    await init(...origin);
    const key = join(home, 'g/reviewer/reviewer.key.json');
    chmodSync(key, 0o640);
    const { code, stdout } = await ask(key);
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({ problem: { code: 'key_file_exposed' } });
  });

  it('never prints what stands in a damaged key file', async () => {
    const key = join(home, 'k.json');
    writeFileSync(key, '{"kty":"OKP","crv":"Ed25519","d":"SECRET', { mode: 0o600 });
    const { stdout, stderr } = await ask(key);
    expect(stdout).toContain('key_file_malformed');
    expect(stdout + stderr).not.toContain('SECRET');
  });
});

describe('a key in memory', () => {
  it('does not print its private half', async () => {
    await init(...origin);
    const file = join(home, 'g/offline/root.key.json');
    const { d } = JSON.parse(readFileSync(file, 'utf8')) as { d: string };
    expect(JSON.stringify(readKeyFile(file))).not.toContain(d);
  });
});
