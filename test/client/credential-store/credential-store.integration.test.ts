import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { describe, expect, test, vi } from 'vitest';
import {
  createCredentialStore,
  defaultDeadlines,
  MAX_PASSWORD_BYTES,
} from '#client/credential-store/credential-store.ts';
import { inSession, isRunning, keychainProblem } from './session.ts';

const SERVICE = 'sanad';

describe('an unlocked keychain', () => {
  test('gives back what was set, replaces it, and forgets it', async () => {
    await inSession({}, async ({ store }) => {
      await store.setPassword(SERVICE, 'device-key', 'one');
      expect(await store.getPassword(SERVICE, 'device-key')).toBe('one');
      await store.setPassword(SERVICE, 'device-key', 'two');
      expect(await store.getPassword(SERVICE, 'device-key')).toBe('two');
      expect(await store.deletePassword(SERVICE, 'device-key')).toBe(true);
      expect(await store.getPassword(SERVICE, 'device-key')).toBeNull();
      expect(await store.deletePassword(SERVICE, 'device-key')).toBe(false);
    });
  });

  test('has nothing of what was never set, and says so', async () => {
    await inSession({}, async ({ store }) => {
      expect(await store.getPassword(SERVICE, 'device-key')).toBeNull();
      expect(await store.deletePassword(SERVICE, 'device-key')).toBe(false);
      expect(await store.findCredentials(SERVICE)).toEqual([]);
    });
  });

  test('finds all items of a service and no others', async () => {
    await inSession({}, async ({ store }) => {
      await store.setPassword(SERVICE, 'device-key', 'one');
      await store.setPassword(SERVICE, 'tunnel/دفتر', 'two');
      await store.setPassword('another', 'device-key', 'three');
      const found = await store.findCredentials(SERVICE);
      expect(found.toSorted((a, b) => a.password.localeCompare(b.password))).toEqual([
        { account: 'device-key', password: 'one' },
        { account: 'tunnel/دفتر', password: 'two' },
      ]);
    });
  });

  test.each([
    ['Urdu', 'یہ ایک راز ہے — سند ۱۲۳'],
    ['emoji and combining marks', 'e\u0301 👩‍💻'],
    ['newlines, NUL and quotes', 'a\n\r\0"\'\\'],
    ['nothing at all', ''],
    ['as much as any system takes', 'س'.repeat(MAX_PASSWORD_BYTES / 2)],
  ])('keeps %s to the letter', async (_what, text) => {
    await inSession({}, async ({ store }) => {
      await store.setPassword(SERVICE, 'tunnel/دفتر', text);
      expect(await store.getPassword(SERVICE, 'tunnel/دفتر')).toBe(text);
    });
  });

  test('a start ahead serves the first call, and ends by itself when no call comes', async () => {
    await inSession({}, async ({ store, children }) => {
      store.prepare();
      store.prepare();
      expect(children).toHaveLength(1);
      expect(await store.getPassword(SERVICE, 'device-key')).toBeNull();
      expect(children).toHaveLength(1);
    });
    await inSession({ idleMs: 50 }, async ({ store, children }) => {
      store.prepare();
      await vi.waitFor(() => expect(children.some(isRunning)).toBe(false));
    });
  });

  test('can be looked at: the accounts, never the secrets, and nothing is written', async () => {
    await inSession({}, async ({ store }) => {
      expect(await store.lookAtAccounts(SERVICE)).toEqual([]);
      await store.setPassword(SERVICE, 'tunnel/دفتر', 'two');
      expect(await store.lookAtAccounts(SERVICE)).toEqual(['tunnel/دفتر']);
    });
  });

  test('answers many calls at once, each its own', async () => {
    await inSession({}, async ({ store, children }) => {
      const names = Array.from({ length: 8 }, (_, i) => `account-${i}`);
      await Promise.all(
        names.map(async (name) => await store.setPassword(SERVICE, name, `value of ${name}`)),
      );
      const values = await Promise.all(names.map(async (name) => await store.getPassword(SERVICE, name)));
      expect(values).toEqual(names.map((name) => `value of ${name}`));
      expect(children).toHaveLength(1);
    });
  });
});

test('a keychain that the bus starts for the first caller serves that call', async () => {
  await inSession({ service: 'on-demand' }, async ({ store, children }) => {
    await store.setPassword(SERVICE, 'device-key', 'one');
    expect(await store.getPassword(SERVICE, 'device-key')).toBe('one');
    expect(children).toHaveLength(1);
  });
});

test('an error comes within two seconds where nobody is asked, a minute where somebody may be', () => {
  expect(defaultDeadlines.reachMs).toBeLessThan(2000);
  expect(defaultDeadlines.answerMs).toBe(60_000);
});

describe('a keychain that cannot be read is never taken for an empty one', () => {
  test('no session bus', async () => {
    const store = createCredentialStore({ environment: { HOME: tmpdir() } });
    expect(await keychainProblem(store.getPassword(SERVICE, 'device-key'))).toBe('keychain_unavailable');
    expect(await keychainProblem(store.findCredentials(SERVICE))).toBe('keychain_unavailable');
    store.close();
  });

  test('a bus without a Secret Service', async () => {
    await inSession({ service: 'none' }, async ({ store }) => {
      expect(await keychainProblem(store.getPassword(SERVICE, 'device-key'))).toBe('keychain_unavailable');
      expect(await keychainProblem(store.setPassword(SERVICE, 'device-key', 'x'))).toBe(
        'keychain_unavailable',
      );
      expect(await keychainProblem(store.deletePassword(SERVICE, 'device-key'))).toBe('keychain_unavailable');
      expect(await keychainProblem(store.findCredentials(SERVICE))).toBe('keychain_unavailable');
    });
  });

  test('a locked one that is only looked at: nobody is asked, so nobody is waited for', async () => {
    await inSession({ prompter: 'silent' }, async ({ store, service }) => {
      await store.setPassword(SERVICE, 'device-key', 'one');
      await service.lock();
      const outcome = await store.lookAtAccounts(SERVICE).catch((error: unknown) => error);
      if (Array.isArray(outcome)) expect(outcome).toEqual([]);
      else expect(await keychainProblem(Promise.reject(outcome))).toBe('keychain_locked');
    });
  });

  test('a Secret Service that has crashed', async () => {
    await inSession({}, async ({ store, service }) => {
      await store.setPassword(SERVICE, 'device-key', 'one');
      await service.killService();
      expect(await keychainProblem(store.getPassword(SERVICE, 'device-key'))).toBe('keychain_unavailable');
    });
  });

  test('a bus that accepts and says nothing', async () => {
    const socket = join(tmpdir(), `sanad-silent-${process.pid}`);
    const server = createServer().listen(socket);
    const store = createCredentialStore({
      environment: { HOME: tmpdir(), DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` },
    });
    expect(await keychainProblem(store.getPassword(SERVICE, 'device-key'))).toBe('keychain_silent');
    store.close();
    server.close();
  });

  test('a Secret Service that hangs, and that is found when it goes on', async () => {
    await inSession({}, async ({ store, service }) => {
      await store.setPassword(SERVICE, 'device-key', 'one');
      service.freezeService();
      expect(await keychainProblem(store.getPassword(SERVICE, 'device-key'))).toBe('keychain_silent');
      expect(await keychainProblem(store.findCredentials(SERVICE))).toBe('keychain_silent');
      service.thawService();
      await vi.waitFor(async () => expect(await store.getPassword(SERVICE, 'device-key')).toBe('one'), {
        timeout: 30_000,
        interval: 100,
      });
    });
  });

  test('a Secret Service that the bus takes long to start, and that is found when it has', async () => {
    await inSession({ service: 'on-demand', startSeconds: 4 }, async ({ store }) => {
      expect(await keychainProblem(store.getPassword(SERVICE, 'device-key'))).toBe('keychain_silent');
      await vi.waitFor(() => store.setPassword(SERVICE, 'device-key', 'one'), {
        timeout: 40_000,
        interval: 100,
      });
      expect(await store.getPassword(SERVICE, 'device-key')).toBe('one');
    });
  });

  test('a locked keyring without a screen: items that are there, items that are not, and the list', async () => {
    await inSession({}, async ({ store, service }) => {
      await store.setPassword(SERVICE, 'device-key', 'one');
      await service.lock();
      expect(await keychainProblem(store.getPassword(SERVICE, 'device-key'))).toBe('keychain_locked');
      expect(await keychainProblem(store.getPassword(SERVICE, 'never-set'))).toBe('keychain_locked');
      expect(await keychainProblem(store.deletePassword(SERVICE, 'never-set'))).toBe('keychain_locked');
      expect(await keychainProblem(store.setPassword(SERVICE, 'never-set', 'x'))).toBe('keychain_locked');
      expect(await keychainProblem(store.findCredentials(SERVICE))).toBe('keychain_locked');
    });
  });

  test('a locked keyring that never held anything of Sanad’s', async () => {
    await inSession({}, async ({ store, service }) => {
      await service.lock();
      expect(await keychainProblem(store.getPassword(SERVICE, 'device-key'))).toBe('keychain_locked');
      expect(await keychainProblem(store.findCredentials(SERVICE))).toBe('keychain_locked');
    });
  });

  test('a locked keyring whose prompt was closed', async () => {
    await inSession({ environment: { DISPLAY: ':99' } }, async ({ store, service }) => {
      await store.setPassword(SERVICE, 'device-key', 'one');
      await service.lock();
      expect(await keychainProblem(store.getPassword(SERVICE, 'device-key'))).toBe(
        'keychain_prompt_dismissed',
      );
    });
  });

  test('a prompt that nobody answers: the process that waits for it is ended, and the next call has another', async () => {
    const deadlines = { answerMs: 1000 };
    await inSession({ prompter: 'silent', deadlines }, async ({ store, service, children }) => {
      await store.setPassword(SERVICE, 'device-key', 'one');
      await service.lock();
      expect(await keychainProblem(store.getPassword(SERVICE, 'device-key'))).toBe('keychain_timeout');
      await vi.waitFor(() => expect(children.filter(isRunning)).toEqual([]));
      expect(await keychainProblem(store.getPassword(SERVICE, 'device-key'))).toBe('keychain_timeout');
      expect(new Set(children).size).toBe(2);
    });
  });
});

describe('the process behind it', () => {
  test('killed in the middle of a call is an error, and the next call has another', async () => {
    await inSession({ prompter: 'silent' }, async ({ store, service, children }) => {
      await service.lock();
      const pending = keychainProblem(store.getPassword(SERVICE, 'device-key'));
      await vi.waitFor(() => expect(children.filter(isRunning)).toHaveLength(1));
      for (const child of children) process.kill(child, 'SIGKILL');
      expect(await pending).toBe('keychain_unavailable');
    });
  });

  test('killed between two calls is not noticed', async () => {
    await inSession({}, async ({ store, children }) => {
      await store.setPassword(SERVICE, 'device-key', 'one');
      for (const child of children) process.kill(child, 'SIGKILL');
      // Gone for this process too: its death has been waited for.
      await vi.waitFor(() => expect(children.filter((child) => existsSync(`/proc/${child}`))).toEqual([]));
      expect(await store.getPassword(SERVICE, 'device-key')).toBe('one');
      expect(children).toHaveLength(2);
    });
  });

  test('ends when there is nothing to do', async () => {
    await inSession({ idleMs: 50 }, async ({ store, children }) => {
      await store.setPassword(SERVICE, 'device-key', 'one');
      await vi.waitFor(() => expect(children.filter(isRunning)).toEqual([]));
      expect(await store.getPassword(SERVICE, 'device-key')).toBe('one');
    });
  });

  test('gets no secret by argument or environment, and nothing of the environment it does not need', async () => {
    const environment = { NODE_OPTIONS: '--require=/nowhere.js', UNRELATED: 'value' };
    await inSession({ environment }, async ({ store, children }) => {
      await store.setPassword(SERVICE, 'device-key', 'a-secret-to-look-for');
      const seen = children.map((child) =>
        ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${child}/${file}`, 'utf8')).join(),
      );
      expect(seen).toHaveLength(1);
      expect(seen.join()).not.toMatch(/a-secret-to-look-for|UNRELATED|NODE_OPTIONS/);
    });
  });
});

describe('what no keychain can hold is refused before any is asked', () => {
  const store = createCredentialStore({ environment: {} });

  test('more than 2,500 bytes', async () => {
    const call = store.setPassword(SERVICE, 'device-key', 'س'.repeat(MAX_PASSWORD_BYTES / 2) + 'x');
    expect(await keychainProblem(call)).toBe('keychain_item_too_large');
  });

  test('text that is not well-formed', async () => {
    expect(await keychainProblem(store.setPassword(SERVICE, 'a', '\uD800'))).toBe('keychain_item_malformed');
    expect(await keychainProblem(store.getPassword(SERVICE, '\uD800'))).toBe('keychain_item_malformed');
  });

  test('names that are empty or hold NUL', async () => {
    expect(await keychainProblem(store.getPassword('', 'a'))).toBe('keychain_item_malformed');
    expect(await keychainProblem(store.getPassword(SERVICE, 'a\0b'))).toBe('keychain_item_malformed');
  });
});
