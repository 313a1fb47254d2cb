import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSecretService } from '../client/credential-store/secret-service.ts';
import { exampleConf, PRESHARED_KEY, PRIVATE_KEY } from '../client/tunnel/example-conf.ts';

const entry = join(import.meta.dirname, '../../cli/index.ts');
let home: string;

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program itself, in a home of its own, with no session bus unless one is given. */
function sanad(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const [, outcome] = started(words, environment);
  return outcome;
}

/** Its process id, and what comes of it. */
function started(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): [processId: number, outcome: Promise<Outcome>] {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, NODE_NO_WARNINGS: '1', ...environment };
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const child = execFile(process.execPath, [entry, ...words], { env, timeout: 30_000 }, (_, stdout, stderr) =>
    resolve({ code: child.exitCode, stdout, stderr }),
  );
  child.stdin?.end();
  return [child.pid ?? 0, promise];
}

function childrenOf(processId: number): readonly number[] {
  const file = `/proc/${processId}/task/${processId}/children`;
  return readFileSync(file, 'utf8').trim().split(' ').map(Number);
}

const answerOf = ({ stdout }: Outcome) =>
  JSON.parse(stdout) as {
    readonly ok: boolean;
    readonly problem?: { readonly kind: string; readonly code: string };
  };

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sanad-home-'));
  writeFileSync(join(home, 'office.conf'), exampleConf);
});
afterEach(() => rmSync(home, { recursive: true }));

describe('the program', () => {
  it.each([
    ['an unknown command', ['frobnicate']],
    ['an unknown option', ['status', '--frobnicate']],
    ['a missing argument', ['connect']],
    ['one argument too many', ['status', 'office']],
    ['a missing option', ['dossier', 'make']],
    ['a field that is none', ['register', 'office', '--field', 'nonsense']],
    ['no command', []],
  ])('ends with 2 for %s, as a sentence and as JSON', async (_, words) => {
    const [said, asJson] = await Promise.all([sanad(words), sanad([...words, '--json'])]);
    expect([said.code, asJson.code]).toEqual([2, 2]);
    expect(said.stdout).toBe('');
    expect(said.stderr).toMatch(/\nNext: |^Next: /);
    expect(answerOf(asJson)).toMatchObject({ ok: false, problem: { kind: 'usage', code: 'usage' } });
  });

  it('helps and tells its version, ending with 0', async () => {
    const [help, version, asJson] = await Promise.all([
      sanad(['help', 'register']),
      sanad(['--version']),
      sanad(['--version', '--json']),
    ]);
    expect(help.stdout).toContain('--consent');
    expect(version).toMatchObject({ code: 0, stdout: 'unbuilt\n' });
    expect(answerOf(asJson)).toEqual({ ok: true, text: 'unbuilt\n' });
  });

  it('without a service ends with 3', async () => {
    const outcome = await sanad(['status', '--json']);
    expect([outcome.code, answerOf(outcome).problem?.code]).toEqual([3, 'daemon_unreachable']);
    expect(outcome.stdout.trim().split('\n')).toHaveLength(1);
  });

  it('without a keychain ends with 6 and leaves nothing behind', async () => {
    const outcome = await sanad(['import', join(home, 'office.conf'), '--json']);
    expect([outcome.code, answerOf(outcome).problem?.kind]).toEqual([6, 'keychain']);
    expect(readdirSync(home)).toEqual(['office.conf']);
  });

  it.each([
    ['no service on the bus', 'keychain_unavailable', { service: 'none' }],
    ['a service that hangs', 'keychain_silent', {}],
  ] as const)('with %s ends with 6 by itself', async (_, code, options) => {
    const session = await startSecretService({ home, ...options });
    session.freezeService();
    try {
      const outcome = await sanad(['import', join(home, 'office.conf'), '--json'], session.environment);
      expect([outcome.code, answerOf(outcome).problem?.code]).toEqual([6, code]);
      expect((await sanad(['list', '--json'])).stdout).toBe('{"ok":true,"tunnels":[]}\n');
    } finally {
      await session.stop();
    }
  });

  it('whose process at the keychain is killed while somebody is asked ends with 6', async () => {
    const session = await startSecretService({ home, prompter: 'silent' });
    try {
      await session.lock();
      const [parent, outcome] = started(['import', join(home, 'office.conf'), '--json'], session.environment);
      await vi.waitFor(() => expect(session.asked()).toBe(true), { timeout: 20_000 });
      for (const child of childrenOf(parent)) process.kill(child, 'SIGKILL');
      const ended = await outcome;
      expect([ended.code, answerOf(ended).problem?.code]).toEqual([6, 'keychain_unavailable']);
    } finally {
      await session.stop();
    }
  });

  it('lists without service and keychain', async () => {
    expect(await sanad(['list', '--json'])).toMatchObject({ code: 0, stdout: '{"ok":true,"tunnels":[]}\n' });
  });

  it('has no colours when nobody looks', async () => {
    expect((await sanad(['status'])).stderr).not.toContain('\u001b');
  });

  it('with the real keychain keeps secrets there and nowhere else', async () => {
    const session = await startSecretService({ home });
    try {
      const imported = await sanad(['import', join(home, 'office.conf')], session.environment);
      expect(imported).toMatchObject({ code: 0 });
      const stored = readFileSync(join(home, '.config/sanad/tunnel/office.json'), 'utf8');
      const shown = await sanad(['show', 'office'], session.environment);
      for (const secret of [PRIVATE_KEY, PRESHARED_KEY]) {
        expect(stored + shown.stdout + imported.stdout).not.toContain(secret);
      }
      await session.lock();
      const locked = await sanad(['remove', 'office', '--json'], session.environment);
      expect([locked.code, answerOf(locked).problem?.kind]).toEqual([6, 'keychain']);
      expect((await sanad(['list'])).stdout).toContain('office');
    } finally {
      await session.stop();
    }
  });
});
