import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { originsAll } from '#shared/registration/compose-policy.ts';
import { builtInPolicy } from '#shared/registration/policy.ts';
import { startScriptedDaemon, type ScriptedDaemon } from '../client/scripted-daemon.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';

let cli: CommandLine;
let daemon: ScriptedDaemon | undefined;

beforeEach(() => {
  cli = makeCommandLine();
  mkdirSync(join(cli.home, 'policy.d'), { mode: 0o755 });
});
afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
  cli.close();
});

function write(name: string, text: string, mode = 0o644): string {
  const file = join(cli.home, 'policy.d', name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

async function withService(answer: object): Promise<void> {
  daemon = await startScriptedDaemon({ script: () => answer });
  const { client } = cli.surroundings;
  cli.surroundings = { ...cli.surroundings, client: { ...client, daemonSocket: daemon.path } };
}

const inForce = { policy: builtInPolicy, origins: originsAll({ kind: 'built_in' }), problem: null };

describe('sanad policy show', () => {
  it('says what the service uses, with origin, meaning and the stricter direction', async () => {
    const origins = { ...inForce.origins, status_grace_seconds: { kind: 'file', file: '10-a.json' } };
    await withService({ ...inForce, policy: { ...builtInPolicy, status_grace_seconds: 7200 }, origins });
    write('10-a.json', '{"status_grace_seconds": 7200}');
    const { code, stdout } = await cli.sanad('policy', 'show');
    expect(code).toBe(0);
    expect(stdout).toContain('status_grace_seconds = 7200 (2 h)\n    from: file 10-a.json\n');
    expect(stdout).toContain('accepted_assurances = attested, exempt\n    from: built in\n');
    expect(stdout).toContain('Stricter: shorter.');
    expect((await cli.sanad('policy', 'show', '--json')).answer).toMatchObject({
      ok: true,
      source: 'service',
      outdated: false,
      keys: [
        { key: 'accepted_assurances', value: ['attested', 'exempt'], origin: { kind: 'built_in' } },
        { key: 'status_grace_seconds', value: 7200, origin: { kind: 'file', file: '10-a.json' } },
        { key: 'clock_tolerance_seconds' },
        { key: 'continue_without_tunnel' },
      ],
    });
  });

  it('says when the files have changed since the service read them', async () => {
    await withService(inForce);
    write('10-a.json', '{"continue_without_tunnel": false}');
    expect((await cli.sanad('policy', 'show')).stdout).toContain('Next: sudo systemctl reload sanadd');
  });

  it('passes on why the files are not in force', async () => {
    const problem = { kind: 'usage', code: 'policy_invalid', reason: 'Wrong.', nextAction: 'Correct it.' };
    await withService({ ...inForce, origins: originsAll({ kind: 'last_good' }), problem });
    const { stdout } = await cli.sanad('policy', 'show');
    expect(stdout).toContain('from: the last policy that was valid, remembered by the service');
    expect(stdout).toContain('Warning: Wrong.\nNext: Correct it.');
  });

  it('without the service shows what it will take, by the same rules, and says so', async () => {
    write('20-b.json', '{"continue_without_tunnel": true}');
    write('10-a.json', '{"continue_without_tunnel": false, "clock_tolerance_seconds": 60}');
    write('note.txt', 'not policy');
    const { code, answer } = await cli.sanad('policy', 'show', '--json');
    expect([code, answer['source']]).toEqual([0, 'files']);
    expect(answer['keys']).toMatchObject([
      { origin: { kind: 'built_in' } },
      { origin: { kind: 'built_in' } },
      { value: 60, origin: { kind: 'file', file: '10-a.json' } },
      { value: true, origin: { kind: 'file', file: '20-b.json' } },
    ]);
    rmSync(join(cli.home, 'policy.d'), { recursive: true });
    expect((await cli.sanad('policy', 'show')).stdout).toContain('The service does not run');
  });

  it('without the service and with a wrong file does not guess', async () => {
    write('10-a.json', '{"x": 1}');
    const { code, answer } = await cli.sanad('policy', 'show', '--json');
    expect([code, answer.problem?.code, answer['keys']]).toEqual([3, 'policy_unknown', undefined]);
  });
});

describe('sanad policy validate', () => {
  it('gives every fault of every file by line, with a code', async () => {
    write('10-a.json', '{"status_grace_seconds": 1,\n"x": 1}');
    write('20-b.json', '{}');
    write('30-c.txt', '{');
    const { code, stdout } = await cli.sanad('policy', 'validate');
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^10-a\.json, line 1: .*\(value_not_allowed\)\n10-a\.json, line 2: .*\(key_unknown\)\n/,
    );
    expect(stdout).toContain('20-b.json: valid\n30-c.txt: not looked at');
    expect((await cli.sanad('policy', 'validate', '--json')).answer).toMatchObject({
      ok: false,
      problem: { code: 'policy_invalid' },
      files: [
        {
          file: '10-a.json',
          faults: [
            { line: 1, key: 'status_grace_seconds' },
            { line: 2, key: 'x' },
          ],
        },
        { file: '20-b.json', faults: [] },
      ],
      ignored: ['30-c.txt'],
    });
  });

  it('takes a draft from anywhere and anybody', async () => {
    const file = join(cli.home, 'draft.json');
    writeFileSync(file, '{"continue_without_tunnel": false}', { mode: 0o666 });
    chmodSync(file, 0o666);
    expect(await cli.sanad('policy', 'validate', file)).toMatchObject({
      code: 0,
      stdout: 'draft.json: valid\n',
    });
    expect((await cli.sanad('policy', 'validate', join(cli.home, 'absent.json'))).code).toBe(2);
  });

  it.each([
    ['that others may write', () => void write('a.json', '{}', 0o666), 'file_not_roots'],
    [
      'that is a link',
      () => symlinkSync(write('real.txt', '{}'), join(cli.home, 'policy.d/a.json')),
      'file_unreadable',
    ],
    ['that is too large', () => void write('a.json', ' '.repeat(70_000)), 'file_too_large'],
  ])('of what is in force refuses a file %s, as the service does', async (_, make, expected) => {
    make();
    const { code, answer } = await cli.sanad('policy', 'validate', '--json');
    expect(code).toBe(2);
    expect(answer['files']).toMatchObject([{ file: 'a.json', faults: [{ code: expected }] }]);
  });

  it('of what is in force refuses a folder that others may write', async () => {
    chmodSync(join(cli.home, 'policy.d'), 0o777);
    const { answer } = await cli.sanad('policy', 'validate', '--json');
    expect(answer['files']).toMatchObject([{ file: '.', faults: [{ code: 'file_not_roots' }] }]);
  });
});
