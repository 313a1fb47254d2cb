import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProtectedTarget } from '#daemon/core/tunnel-state.ts';
import { FileStateStore } from '#daemon/platform/file-state-store.ts';
import { builtInPolicy } from '#shared/registration/policy.ts';

const target: ProtectedTarget = {
  kind: 'protected',
  owner: 1000,
  tunnel: 'office',
  closure: {
    kind: 'networks',
    networks: [{ family: 4, address: '10.1.0.0', prefixLength: 16 }],
    dnsServers: ['10.1.0.1'],
  },
  tunnelAddresses: ['10.66.66.2'],
};
const memory = {
  floor: 1_800_000_000,
  origins: [{ address: '198.18.0.90', port: 8443 }],
  lastGoodPolicy: builtInPolicy,
};

let directory: string;
let store: FileStateStore;
const file = (name: string): string => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sanad-state-'));
  store = new FileStateStore(directory);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the target', () => {
  test('is absent on a new machine', async () => {
    expect(await store.readTarget()).toEqual({ kind: 'absent' });
  });

  test('is read as it was written, by another run', async () => {
    await store.writeTarget(target);
    expect(await new FileStateStore(directory).readTarget()).toEqual({ kind: 'read', value: target });
  });

  test('the last of many writes at once stands', async () => {
    const owners = Array.from({ length: 20 }, (_, owner) => owner);
    await Promise.all(owners.map((owner) => store.writeTarget({ ...target, owner })));
    expect(await store.readTarget()).toEqual({ kind: 'read', value: { ...target, owner: 19 } });
    expect(readdirSync(directory)).toEqual(['target.json']);
  });

  test('is readable by its owner alone', async () => {
    await store.writeTarget(target);
    expect(statSync(file('target.json')).mode & 0o777).toBe(0o600);
  });

  test('an interrupted write leaves the former one', async () => {
    await store.writeTarget(target);
    writeFileSync(file('target.json.new'), '{"version":1,"tar');
    expect(await store.readTarget()).toEqual({ kind: 'read', value: target });
    await store.writeTarget({ kind: 'unprotected' });
    expect(await store.readTarget()).toEqual({ kind: 'read', value: { kind: 'unprotected' } });
  });

  test('cut anywhere, it is unreadable and never taken for another', async () => {
    await store.writeTarget(target);
    const length = readFileSync(file('target.json')).length;
    for (let kept = length - 2; kept >= 0; kept -= 7) {
      truncateSync(file('target.json'), kept);
      expect(await store.readTarget()).toMatchObject({
        kind: 'unreadable',
        problem: { code: 'state_corrupt' },
      });
    }
  });

  test.each([
    ['not JSON', '\u0000\u0000'],
    ['of another shape', '{"version":1,"target":{"kind":"open"}}'],
    ['with a field too many', '{"version":1,"target":{"kind":"unprotected","also":1}}'],
    ['without a version', '{"target":{"kind":"unprotected"}}'],
    ['null', 'null'],
  ])('%s: unreadable', async (_, text) => {
    writeFileSync(file('target.json'), text);
    expect(await store.readTarget()).toMatchObject({
      kind: 'unreadable',
      problem: { code: 'state_corrupt' },
    });
  });

  test('of a newer version: unreadable, and it says so', async () => {
    writeFileSync(file('target.json'), '{"version":2,"target":{"kind":"unprotected"}}');
    expect(await store.readTarget()).toMatchObject({ kind: 'unreadable', problem: { code: 'state_newer' } });
  });

  test('that cannot be written fails with a problem', async () => {
    rmSync(directory, { recursive: true });
    await expect(store.writeTarget(target)).rejects.toMatchObject({
      problem: { code: 'state_write_failed' },
    });
  });
});

test('floor, origins and policy are read as they were written', async () => {
  expect(await store.readMemory()).toEqual({ kind: 'absent' });
  await store.writeMemory(memory);
  expect(await new FileStateStore(directory).readMemory()).toEqual({ kind: 'read', value: memory });
});

describe('signed files', () => {
  test('one a name, whatever the name', async () => {
    await store.writeSignedFile('status-list', 'https://a.test/../../etc/passwd', 'one');
    await store.writeSignedFile('status-list', 'https://b.test/', 'two');
    await store.writeSignedFile('status-list', 'https://b.test/', 'three');
    expect([...(await store.readSignedFiles('status-list'))].sort()).toEqual(['one', 'three']);
    expect(await store.readSignedFiles('key-set')).toEqual([]);
    expect(readdirSync(directory)).toEqual(['status-list']);
  });

  test('a half-written one is not among them', async () => {
    await store.writeSignedFile('key-set', 'https://a.test', 'whole');
    writeFileSync(join(directory, 'key-set', 'x.jws.new'), 'hal');
    expect(await store.readSignedFiles('key-set')).toEqual(['whole']);
  });
});

/** Whoever can write in the directory could say "unprotected" for the user (upgrade from lax modes). */
describe('a directory that others could write', () => {
  const untrusted = { kind: 'unreadable', problem: expect.objectContaining({ code: 'state_untrusted' }) };

  test('is not believed, also not that nothing is there', async () => {
    chmodSync(directory, 0o777);
    expect(await store.readTarget()).toEqual(untrusted);
    expect(await store.readMemory()).toEqual(untrusted);
  });

  test('stays unbelieved until a new decision is written, and is closed by it', async () => {
    await store.writeTarget(target);
    chmodSync(directory, 0o770);
    await store.writeMemory(memory);
    expect(await new FileStateStore(directory).readTarget()).toEqual(untrusted);
    await store.writeTarget({ kind: 'unprotected' });
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(await store.readTarget()).toEqual({ kind: 'read', value: { kind: 'unprotected' } });
  });

  test('a link or a file with lax modes in place of ours is not read', async () => {
    const elsewhere = join(directory, 'elsewhere');
    await store.writeTarget({ kind: 'unprotected' });
    renameSync(file('target.json'), elsewhere);
    symlinkSync(elsewhere, file('target.json'));
    expect(await store.readTarget()).toEqual(untrusted);
    unlinkSync(file('target.json'));
    renameSync(elsewhere, file('target.json'));
    chmodSync(file('target.json'), 0o666);
    expect(await store.readTarget()).toEqual(untrusted);
  });

  test('a link planted where a write puts its temporary file is replaced, not followed', async () => {
    const victim = join(directory, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, file('target.json.new'));
    await store.writeTarget(target);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(await store.readTarget()).toEqual({ kind: 'read', value: target });
  });

  test('a signed file that others could write is passed over', async () => {
    await store.writeSignedFile('key-set', 'https://gateway.test', 'a.b.c');
    const [name = ''] = readdirSync(file('key-set'));
    chmodSync(join(file('key-set'), name), 0o666);
    expect(await store.readSignedFiles('key-set')).toEqual([]);
  });
});
