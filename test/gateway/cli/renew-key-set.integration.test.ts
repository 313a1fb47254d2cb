import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initGateway } from '#gateway/cli/init.ts';
import { renewKeySet } from '#gateway/cli/renew-key-set.ts';
import { createKeyFile } from '#gateway/key/key-file.ts';
import { nodePrimitives } from '#gateway/key/node-primitives.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { acceptKeySet, restoreKeySet, type VerifiedKeySet } from '#shared/registration/key-set.ts';
import { run } from '../running-gateway.ts';

const START = 1_800_000_000;
const DAY = 86_400;
let home: string;
let dir: string;
let anchor: Anchor;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'sanad-renew-'));
  dir = join(home, 'g');
  const names = { name: 'test', legalName: 'Test', contact: 'c', retention: 'r', reviewer: ['reviewer'] };
  anchor = await initGateway({ ...names, dir, origin: 'https://gateway.example', now: START });
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const root = (): string => join(dir, 'offline/root.key.json');
const text = (): string => readFileSync(join(dir, 'key-set.jwt'), 'utf8').trim();
const published = (): VerifiedKeySet => restoreKeySet({ text: text(), anchor, primitives: nodePrimitives });

describe('sanad-gateway key-set renew', () => {
  it('signs the same keys for another year, as the next version that clients take', async () => {
    const stored = published();
    await renewKeySet({ dir, root: root(), now: START + 300 * DAY });
    const clock = { now: START + 400 * DAY, floor: START };
    expect(() =>
      acceptKeySet({ text: stored.text, anchor, stored: undefined, clock, primitives: nodePrimitives }),
    ).toThrowError('key_set_expired');
    const taken = acceptKeySet({ text: text(), anchor, stored, clock, primitives: nodePrimitives });
    expect(taken).toMatchObject({ version: 2, issuedAt: START + 300 * DAY, expiresAt: START + 666 * DAY });
    expect([...taken.keys.values()]).toEqual([...stored.keys.values()]);
    expect(statSync(join(dir, 'key-set.jwt')).mode & 0o777).toBe(0o644);
  });

  it('renews one that has expired, too', async () => {
    const renewed = await renewKeySet({ dir, root: root(), now: START + 500 * DAY });
    expect(renewed).toMatchObject({ version: 2, expiresAt: START + 866 * DAY });
  });

  it.each([
    [
      'a key that is not the root',
      'root_key_differs',
      () => createKeyFile(join(home, 'other.json')),
      'other.json',
    ],
    ['the issuer’s key', 'root_key_differs', () => undefined, 'g/issuer/certificate.key.json'],
    ['no key file', 'key_file_unreadable', () => undefined, 'none.json'],
  ])('with %s changes nothing', async (_, code, prepare, file) => {
    prepare();
    const before = text();
    await expect(renewKeySet({ dir, root: join(home, file), now: START + DAY })).rejects.toMatchObject({
      problem: { code },
    });
    expect(text()).toBe(before);
  });

  it('does not go back in time', async () => {
    await expect(renewKeySet({ dir, root: root(), now: START - 1 })).rejects.toMatchObject({
      problem: { code: 'clock_behind' },
    });
  });

  it('is a command that says what to do next', async () => {
    rmSync(dir, { recursive: true });
    const words = ['--origin', 'https://gateway.example', '--name', 'test', '--legal-name', 'T'];
    await run('init', '--dir', dir, ...words, '--contact', 'c', '--retention', 'r');
    const { code, stdout } = await run('key-set', 'renew', '--dir', dir, '--root', root());
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/version 2, good until 20\d\d-.*\nRestart the gateway/) as string,
    });
    expect((await run('key-set', 'renew', '--dir', dir)).code).toBe(2);
  });
});
