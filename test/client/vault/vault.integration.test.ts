import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SanadError } from '#shared/contract/problem.ts';
import type { Keychain } from '#client/keychain.ts';
import { VAULT_KEY_ACCOUNT } from '#client/vault/vault-key.ts';
import { Vault } from '#client/vault/vault.ts';
import { canMount, onSmallDisk } from '#test/small-disk.ts';
import { memoryKeychain } from '../memory-keychain.ts';

let configDirectory = '';
let items = new Map<string, string>();
const text = (content: Buffer | undefined): string | undefined => content?.toString();
const vaultWith = (keychain: Keychain = memoryKeychain(items)): Vault =>
  new Vault({ keychain, configDirectory });
const folder = (): string => join(configDirectory, 'vault');
const sealedFiles = (): readonly string[] =>
  readdirSync(folder(), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sealed'));
const onlyFile = (): string => join(folder(), sealedFiles()[0] ?? 'none');
const refused = (code: string) => ({ problem: { code, nextAction: expect.stringMatching(/\w/) as string } });

beforeEach(() => {
  configDirectory = mkdtempSync(join(tmpdir(), 'sanad-vault-'));
  items = new Map();
});
afterEach(() => rmSync(configDirectory, { recursive: true }));

describe('a person’s vault', () => {
  it('gives back what was put into it, in another process too', async () => {
    await vaultWith().write('draft', 'office', Buffer.from('شناختی کارڈ'));
    await vaultWith().write('draft', 'home', Buffer.from('two'));
    expect(text(await vaultWith().read('draft', 'office'))).toBe('شناختی کارڈ');
    const all = (await vaultWith().all('draft')).contents.map(text);
    expect(new Set(all)).toEqual(new Set(['two', 'شناختی کارڈ']));
    expect(await vaultWith().read('draft', 'other')).toBeUndefined();
    expect(await vaultWith().read('document', 'office')).toBeUndefined();
  });

  it('shows nothing of content and names on the disk, and is its owner’s alone', async () => {
    await vaultWith().write('draft', 'office', Buffer.from('35202-1234567-1'));
    const bytes = readFileSync(onlyFile());
    expect(bytes.toString('latin1')).not.toContain('35202');
    expect(sealedFiles()[0]).not.toContain('office');
    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    expect([...items.keys()]).toEqual([VAULT_KEY_ACCOUNT]);
  });

  it('seals the same content differently each time', async () => {
    await vaultWith().write('draft', 'office', Buffer.from('same'));
    const first = readFileSync(onlyFile());
    await vaultWith().write('draft', 'office', Buffer.from('same'));
    expect(readFileSync(onlyFile()).equals(first)).toBe(false);
  });

  it('removes one, or all but some', async () => {
    const vault = vaultWith();
    for (const name of ['a', 'b', 'c']) await vault.write('draft', name, Buffer.from(name));
    expect(await vault.remove('draft', 'a')).toBe(true);
    expect(await vault.remove('draft', 'a')).toBe(false);
    await vault.keepOnly('draft', ['c', 'never there']);
    expect((await vault.all('draft')).contents.map(text)).toEqual(['c']);
  });

  it('makes one key where two processes need the first at once', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => vaultWith().write('draft', name, Buffer.from(name))));
    expect((await vaultWith().all('draft')).contents).toHaveLength(3);
  });
});

describe('a vault that another process wipes and begins anew while one removes from it', () => {
  // Between the look at the key and the lock, as while another window has the lock.
  const overtaken = async (act: (vault: Vault) => Promise<unknown>): Promise<void> => {
    await vaultWith().write('draft', 'old', Buffer.from('old'));
    const kept = memoryKeychain(items);
    let isFirst = true;
    const slow: Keychain = {
      ...kept,
      async get(account) {
        const item = await kept.get(account);
        if (!isFirst) return item;
        isFirst = false;
        await vaultWith().wipe();
        await vaultWith().write('draft', 'new', Buffer.from('new'));
        return item;
      },
    };
    await act(vaultWith(slow));
  };

  it('keeps what is meant to be kept of the new one', async () => {
    await overtaken((vault) => vault.keepOnly('draft', ['new']));
    expect(text(await vaultWith().read('draft', 'new'))).toBe('new');
  });

  it('has that one removed that was meant', async () => {
    await overtaken(async (vault) => expect(await vault.remove('draft', 'new')).toBe(true));
    expect(sealedFiles()).toEqual([]);
  });
});

describe('a keychain that does not give the key', () => {
  const broken = (code: string): Keychain => {
    const fail = () =>
      Promise.reject(new SanadError({ kind: 'keychain', code, reason: '.', nextAction: 'x' }));
    return { ...memoryKeychain(items), get: fail, set: fail, delete: fail };
  };

  it('that is locked is an error for reading and writing, and changes nothing', async () => {
    await vaultWith().write('draft', 'office', Buffer.from('kept'));
    const before = readFileSync(onlyFile());
    const locked = vaultWith(broken('keychain_locked'));
    await expect(locked.read('draft', 'office')).rejects.toMatchObject(refused('keychain_locked'));
    await expect(locked.write('draft', 'office', Buffer.from('new'))).rejects.toMatchObject(
      refused('keychain_locked'),
    );
    await expect(locked.all('draft')).rejects.toMatchObject(refused('keychain_locked'));
    await expect(locked.remove('draft', 'office')).rejects.toMatchObject(refused('keychain_locked'));
    expect(readFileSync(onlyFile()).equals(before)).toBe(true);
  });

  it('that lost the key is vault_key_missing, and no new key is made beside what the old one sealed', async () => {
    await vaultWith().write('draft', 'office', Buffer.from('kept'));
    const key = items.get(VAULT_KEY_ACCOUNT) ?? '';
    items.clear();
    for (const act of [
      () => vaultWith().read('draft', 'office'),
      () => vaultWith().write('draft', 'other', Buffer.from('x')),
      () => vaultWith().all('draft'),
      () => vaultWith().remove('draft', 'office'),
    ]) {
      await expect(act()).rejects.toMatchObject(refused('vault_key_missing'));
    }
    expect([...items.keys()]).toEqual([]);
    items.set(VAULT_KEY_ACCOUNT, key);
    expect(text(await vaultWith().read('draft', 'office'))).toBe('kept');
  });

  it('that lost the key is vault_key_missing also where the note of which key it was is gone', async () => {
    await vaultWith().write('draft', 'office', Buffer.from('kept'));
    items.clear();
    rmSync(join(folder(), 'key-in-use'));
    await expect(vaultWith().write('draft', 'x', Buffer.from('x'))).rejects.toMatchObject(
      refused('vault_key_missing'),
    );
    expect(items.size).toBe(0);
  });

  it('that has the key of another computer is vault_key_missing', async () => {
    await vaultWith().write('draft', 'office', Buffer.from('kept'));
    items.clear();
    const elsewhere = mkdtempSync(join(tmpdir(), 'sanad-vault-'));
    await new Vault({ keychain: memoryKeychain(items), configDirectory: elsewhere }).write(
      'draft',
      'x',
      Buffer.from('x'),
    );
    rmSync(elsewhere, { recursive: true });
    await expect(vaultWith().read('draft', 'office')).rejects.toMatchObject(refused('vault_key_missing'));
    await expect(vaultWith().write('draft', 'x', Buffer.from('x'))).rejects.toMatchObject(
      refused('vault_key_missing'),
    );
  });

  it('that holds something else as the key says so without telling it', async () => {
    items.set(VAULT_KEY_ACCOUNT, '{"ver":1,"key":"half-a-key"}');
    const attempt = vaultWith().write('draft', 'x', Buffer.from('x'));
    await expect(attempt).rejects.toMatchObject(refused('vault_key_unreadable'));
    await expect(attempt).rejects.not.toMatchObject({
      message: expect.stringContaining('half-a-key') as string,
    });
  });

  it('that keeps nothing of what it takes is found out before anything is encrypted', async () => {
    const forgetful = { ...memoryKeychain(), get: () => Promise.resolve(undefined) };
    await expect(vaultWith(forgetful).write('draft', 'x', Buffer.from('x'))).rejects.toMatchObject(
      refused('vault_key_unreadable'),
    );
    expect(existsSync(folder())).toBe(false);
  });
});

describe('a file that is not as it was written', () => {
  const damages: readonly [string, (file: string) => void, string][] = [
    ['torn', (file) => truncateSync(file, statSync(file).size - 1), 'vault_file_damaged'],
    ['empty', (file) => truncateSync(file, 0), 'vault_file_damaged'],
    ['altered in its content', (file) => flip(file, 40), 'vault_file_damaged'],
    ['altered in its nonce', (file) => flip(file, 16), 'vault_file_damaged'],
    ['altered in its tag', (file) => flip(file, statSync(file).size - 1), 'vault_file_damaged'],
    ['something else', (file) => writeFileSync(file, 'x'.repeat(100)), 'vault_file_damaged'],
    ['of a later version', (file) => flip(file, 6), 'vault_file_newer'],
    ['of another key', (file) => flip(file, 8), 'vault_key_missing'],
    ['a pipe', replaceByPipe, 'vault_file_damaged'],
  ];

  it.each(damages)('%s', async (_, damage, code) => {
    await vaultWith().write('draft', 'office', Buffer.from('content of the draft'));
    damage(onlyFile());
    const state = statSync(onlyFile());
    await expect(vaultWith().read('draft', 'office')).rejects.toMatchObject(refused(code));
    // Left for whoever can mend it.
    expect([statSync(onlyFile()).size, statSync(onlyFile()).mtimeMs]).toEqual([state.size, state.mtimeMs]);
  });

  it('in the place of another does not open as that one', async () => {
    const vault = vaultWith();
    await vault.write('draft', 'office', Buffer.from('one'));
    const one = onlyFile();
    await vault.write('draft', 'home', Buffer.from('two'));
    const two = sealedFiles()
      .map((name) => join(folder(), name))
      .find((file) => file !== one);
    copyFileSync(one, two ?? '');
    await expect(vault.read('draft', 'home')).rejects.toMatchObject(refused('vault_file_damaged'));
    expect(text(await vault.read('draft', 'office'))).toBe('one');
  });

  it('does not open as another kind', async () => {
    const vault = vaultWith();
    await vault.write('draft', 'office', Buffer.from('one'));
    renameSync(join(folder(), 'draft'), join(folder(), 'document'));
    expect(await vault.all('document')).toMatchObject({ contents: [], damaged: 1 });
  });

  it('keeps nobody from the others', async () => {
    const vault = vaultWith();
    for (const name of ['a', 'b']) await vault.write('draft', name, Buffer.from(name));
    flip(onlyFile(), 40);
    expect(await vault.all('draft')).toMatchObject({ contents: [expect.anything()], damaged: 1 });
  });
});

describe('wiping', () => {
  it('destroys the key and the files; what comes later is under a new key', async () => {
    const vault = vaultWith();
    const other = vaultWith();
    await vault.write('draft', 'office', Buffer.from('one'));
    await other.write('draft', 'home', Buffer.from('two'));
    const copy = readFileSync(onlyFile());
    const place = onlyFile();
    await vault.wipe();
    expect([items.size, existsSync(folder())]).toEqual([0, false]);
    expect(await vault.read('draft', 'office')).toBeUndefined();
    // Another process of the person, which still had the old key at hand.
    await other.write('draft', 'home', Buffer.from('three'));
    expect(text(await vaultWith().read('draft', 'home'))).toBe('three');
    writeFileSync(place, copy);
    expect((await vaultWith().read('draft', 'home'))?.toString()).toBe('three');
    await expect(vaultWith().all('draft')).rejects.toMatchObject(refused('vault_key_missing'));
  });

  it('where the keychain does not answer removes the files, and says that the key is left', async () => {
    await vaultWith().write('draft', 'office', Buffer.from('one'));
    const locked = new SanadError({
      kind: 'keychain',
      code: 'keychain_locked',
      reason: '.',
      nextAction: 'x',
    });
    const keychain = { ...memoryKeychain(items), delete: () => Promise.reject(locked) };
    await expect(vaultWith(keychain).wipe()).rejects.toMatchObject(refused('keychain_locked'));
    expect(existsSync(folder())).toBe(false);
    await vaultWith().wipe();
    expect(items.size).toBe(0);
  });

  it('of a key that is gone makes room for a new one', async () => {
    await vaultWith().write('draft', 'office', Buffer.from('one'));
    items.clear();
    await vaultWith().wipe();
    await vaultWith().write('draft', 'office', Buffer.from('two'));
    expect(text(await vaultWith().read('draft', 'office'))).toBe('two');
  });
});

describe('crashes and disks', () => {
  const program = (name: string): string => join(import.meta.dirname, name);

  it('a kill at any moment of a write leaves one whole content, the old or the new', async () => {
    const item = JSON.stringify({ ver: 1, key: randomBytes(32).toString('base64url') });
    items.set(VAULT_KEY_ACCOUNT, item);
    for (let round = 0; round < 8; round += 1) {
      const writer = spawn(process.execPath, [program('write-for-ever.ts'), configDirectory, item], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(writer.stdout, 'data');
      // Somewhere inside the writes that follow, a different place each time.
      await new Promise((resolve) => setTimeout(resolve, round * 3));
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      rmSync(join(configDirectory, 'vault.lock'), { force: true });
      const content = await vaultWith().read('draft', 'office');
      const hash = createHash('sha256')
        .update(content?.subarray(32) ?? '')
        .digest();
      expect(hash.equals(content?.subarray(0, 32) ?? Buffer.alloc(0))).toBe(true);
      await vaultWith().write('draft', 'other', Buffer.from('x'));
      const left = readdirSync(folder(), { recursive: true, encoding: 'utf8' });
      expect(left.filter((name) => name.endsWith('.new'))).toEqual([]);
    }
  });

  it.skipIf(!canMount)('a full disk is a problem with a code and leaves what was there', () => {
    expect(onSmallDisk(program('write-on-full-disk.ts'))).toEqual({
      codes: ['written', 'file_not_written', 'file_not_written', 'file_not_written', 'written'],
      kept: ['old', 'old', 'old'],
      half: [],
    });
  });

  it('ten documents of 5 MB take less than 200 MB of memory', () => {
    const printed = execFileSync(process.execPath, [program('ten-documents.ts'), configDirectory], {
      encoding: 'utf8',
    });
    const { largestKilobytes, isSame } = JSON.parse(printed) as { largestKilobytes: number; isSame: boolean };
    expect(isSame).toBe(true);
    expect(largestKilobytes).toBeLessThan(200_000);
  });
});

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 2, at);
  writeFileSync(file, bytes);
}

function replaceByPipe(file: string): void {
  rmSync(file);
  execFileSync('mkfifo', [file]);
}
