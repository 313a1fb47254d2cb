import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Keychain } from '#client/keychain.ts';
import { isTunnelName } from '#client/tunnel/tunnel-name.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { canonicalConfiguration } from '#shared/wireguard/configuration-conversion.ts';
import { parseConf } from '#shared/wireguard/conf.ts';
import { memoryKeychain } from '../memory-keychain.ts';
import { exampleConf, PRESHARED_KEY, PRIVATE_KEY } from './example-conf.ts';

let configDirectory: string;
let items: Map<string, string>;
let store: TunnelStore;

function configurationOf(text: string) {
  const parsed = parseConf(text);
  if (parsed.kind === 'rejected') throw new Error(JSON.stringify(parsed.problems));
  return parsed.configuration;
}
const configuration = configurationOf(exampleConf);

beforeEach(() => {
  configDirectory = mkdtempSync(join(tmpdir(), 'sanad-config-'));
  items = new Map();
  store = new TunnelStore({ configDirectory, keychain: memoryKeychain(items) });
});
afterEach(() => rmSync(configDirectory, { recursive: true }));

describe('tunnel store', () => {
  it('gives back what was added, exactly', async () => {
    await store.add('office', configuration);
    const again = await store.configurationOf(await store.get('office'));
    expect(canonicalConfiguration(again)).toBe(canonicalConfiguration(configuration));
  });

  it('keeps secrets in the keychain and nothing of them in files, which only their owner reads', async () => {
    await store.add('office', configuration);
    const file = join(configDirectory, 'tunnel', 'office.json');
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(PRIVATE_KEY);
    expect(text).not.toContain(PRESHARED_KEY);
    expect([...items.keys()]).toEqual(['tunnel/office']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(configDirectory, 'tunnel')).mode & 0o777).toBe(0o700);
  });

  it('refuses a name that is taken and leaves that tunnel as it is', async () => {
    await store.add('office', configuration);
    await expect(store.add('office', configuration)).rejects.toMatchObject({
      problem: { code: 'tunnel_exists' },
    });
  });

  it('adds nothing when the keychain is locked', async () => {
    const locked: Keychain = { ...memoryKeychain(), set: () => Promise.reject(new Error('locked')) };
    const attempt = new TunnelStore({ configDirectory, keychain: locked }).add('office', configuration);
    await expect(attempt).rejects.toThrow('locked');
    expect(readdirSync(configDirectory)).toEqual([]);
  });

  it('removes secrets and file', async () => {
    await store.add('office', configuration);
    await store.remove('office');
    expect(items.size).toBe(0);
    await expect(store.get('office')).rejects.toMatchObject({ problem: { code: 'tunnel_unknown' } });
  });

  it('says so when the keychain lost the keys, and never makes them up', async () => {
    await store.add('office', configuration);
    items.clear();
    await expect(store.configurationOf(await store.get('office'))).rejects.toMatchObject({
      problem: { kind: 'keychain', code: 'tunnel_secret_missing' },
    });
  });

  it.each(['', '.', '..', '../up', 'a/b', '-x', '.hidden', 'line\nbreak', 'x'.repeat(65), 'ہ'.repeat(101)])(
    'refuses the name %j',
    (name) => {
      expect(isTunnelName(name)).toBe(false);
    },
  );

  it.each(['office', 'Büro 2', 'دفتر', 'a.b'])('takes the name %j', (name) => {
    expect(isTunnelName(name)).toBe(true);
  });
});
