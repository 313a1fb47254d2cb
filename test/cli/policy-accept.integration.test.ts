import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { originsAll } from '#shared/registration/compose-policy.ts';
import { builtInPolicy, parsePolicy, type Policy } from '#shared/registration/policy.ts';
import { acceptingDeclared } from '#test/shared/registration/declare.ts';
import { startScriptedDaemon, type ScriptedDaemon } from '../client/scripted-daemon.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';

let cli: CommandLine;
let daemon: ScriptedDaemon | undefined;

beforeEach(() => {
  cli = makeCommandLine();
  cli.surroundings = { ...cli.surroundings, uid: 0 };
  mkdirSync(at('policy.d'), { mode: 0o755 });
});
afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
  cli.close();
});

const at = (...parts: readonly string[]): string => join(cli.home, ...parts);
const ownFile = (): string => at('policy.d/50-accepted-assurance.json');
const own = () => parsePolicy(readFileSync(ownFile(), 'utf8'));
/** The test's clock stands there. */
const AT = '2027-01-15T08:00:00Z';

function write(name: string, content: object): void {
  writeFileSync(at('policy.d', name), JSON.stringify(content));
  chmodSync(at('policy.d', name), 0o644);
}

async function withService(asked: string[], policy: Policy): Promise<void> {
  const inForce = { policy, origins: originsAll({ kind: 'built_in' }), problem: null };
  daemon = await startScriptedDaemon({
    script: ({ method }) => {
      asked.push(method);
      return method === 'policy' ? inForce : { anchors: [] };
    },
  });
  const { client } = cli.surroundings;
  cli.surroundings = { ...cli.surroundings, client: { ...client, daemonSocket: daemon.path } };
}

const accept = (...words: readonly string[]) => cli.sanad('policy', 'accept', 'declared', ...words);
const refuse = (...words: readonly string[]) => cli.sanad('policy', 'refuse', 'declared', ...words);

describe('sanad policy accept', () => {
  it('is the administrator’s alone', async () => {
    cli.surroundings = { ...cli.surroundings, uid: 1000 };
    expect(await accept('--yes', '--json')).toMatchObject({
      code: 7,
      answer: { problem: { code: 'administrator_only' } },
    });
    expect(readdirSync(at('policy.d'))).toEqual([]);
  });

  it('says in plain words what it means, and writes nothing before somebody agrees', async () => {
    for (const typed of [undefined, 'n\n']) {
      cli.typed = typed;
      const { code, stderr } = await accept();
      expect(code).toBe(2);
      expect(stderr).toContain('For everybody on this computer:');
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain('nobody but its user says that it is registered');
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain('refused or took back');
      expect(stderr).toContain('sudo sanad policy refuse declared');
      expect(stderr).not.toMatch(/assurance[^.-]|attest|gate\b/);
      expect(readdirSync(at('policy.d'))).toEqual([]);
    }
  });

  it('writes root’s file with the act and its time, and has the service read it', async () => {
    const asked: string[] = [];
    await withService(asked, acceptingDeclared);
    cli.typed = 'y\n';
    const { code, stdout } = await accept();
    expect(code).toBe(0);
    expect(stdout).toContain(ownFile());
    expect(own()).toEqual({
      also_accepted_assurances: ['declared'],
      recorded_acts: [{ at: AT, act: 'accept', assurance: 'declared' }],
    });
    expect(statSync(ownFile()).mode & 0o777).toBe(0o644);
    expect(readdirSync(at('policy.d'))).toEqual(['50-accepted-assurance.json']);
    expect(asked).toEqual(['reloadAnchors', 'policy']);
    expect((await cli.sanad('policy', 'validate')).code).toBe(0);
  });

  it('says so where the service does not go by it all the same: a file came while somebody was asked', async () => {
    await withService([], builtInPolicy);
    const { code, answer } = await accept('--yes', '--json');
    expect([code, answer.problem?.code]).toEqual([7, 'assurance_overruled']);
  });

  it('without the service is written all the same, and says that it waits for it', async () => {
    const { code, answer } = await accept('--yes', '--json');
    expect(code).toBe(0);
    expect(answer).toMatchObject({ changed: true, daemon: { code: 'daemon_unreachable' } });
    const shown = await cli.sanad('policy', 'show', '--json');
    expect(shown.answer['keys']).toMatchObject([
      {
        key: 'accepted_assurances',
        value: ['attested', 'exempt', 'declared'],
        origin: { kind: 'file', file: '50-accepted-assurance.json' },
      },
      {},
      {},
      {},
    ]);
  });

  it('a second time changes nothing', async () => {
    await accept('--yes');
    const before = readFileSync(ownFile(), 'utf8');
    const { code, stdout } = await accept();
    expect([code, stdout]).toEqual([0, 'It is accepted already by 50-accepted-assurance.json.\n']);
    expect(readFileSync(ownFile(), 'utf8')).toBe(before);
  });

  it('is refused where a later file forbids it, and names that file and key; nothing is written', async () => {
    write('90-managed.json', { accepted_assurances: ['attested', 'exempt'] });
    const { code, answer } = await accept('--yes', '--json');
    expect(code).toBe(7);
    expect(answer.problem).toMatchObject({
      code: 'assurance_forbidden',
      reason: expect.stringContaining('(90-managed.json, accepted_assurances)') as string,
    });
    expect(existsSync(ownFile())).toBe(false);
  });

  it('holds on to nothing else of an earlier file', async () => {
    write('10-office.json', { accepted_assurances: ['attested', 'exempt'] });
    await accept('--yes');
    write('10-office.json', { accepted_assurances: ['attested'] });
    const shown = await cli.sanad('policy', 'show', '--json');
    expect(shown.answer['keys']).toMatchObject([{ value: ['attested', 'declared'] }, {}, {}, {}]);
  });

  it('is refused where any file has a fault: then none of them would be in force', async () => {
    write('10-office.json', { continue_without_tunnel: 'no' });
    const { code, answer } = await accept('--yes', '--json');
    expect([code, answer.problem?.code]).toEqual([2, 'policy_invalid']);
    expect(existsSync(ownFile())).toBe(false);
  });

  it('takes the two kinds that are not accepted out of the box, and no other', async () => {
    expect((await cli.sanad('policy', 'accept', 'attested', '--yes')).code).toBe(2);
    expect((await cli.sanad('policy', 'accept', 'provisional', '--yes')).code).toBe(0);
    await accept('--yes');
    expect(own().also_accepted_assurances).toEqual(['provisional', 'declared']);
  });
});

describe('sanad policy refuse', () => {
  it('takes it back, keeps both acts, and whatever else the file says', async () => {
    await accept('--yes');
    write('50-accepted-assurance.json', { ...own(), clock_tolerance_seconds: 60 });
    expect((await refuse('--yes')).code).toBe(0);
    expect(own()).toMatchObject({
      also_accepted_assurances: [],
      clock_tolerance_seconds: 60,
      recorded_acts: [{ act: 'accept' }, { at: AT, act: 'refuse', assurance: 'declared' }],
    });
    expect((await refuse('--yes')).stdout).toContain('nothing to change');
  });

  it('says so where another file accepts it all the same, and changes nothing', async () => {
    write('10-office.json', { accepted_assurances: ['attested', 'declared'] });
    const { code, answer } = await refuse('--yes', '--json');
    expect(code).toBe(7);
    expect(answer.problem).toMatchObject({
      code: 'assurance_still_accepted',
      reason: expect.stringContaining('10-office.json') as string,
    });
    expect(existsSync(ownFile())).toBe(false);
  });

  it('takes away a consent that a later file only hides', async () => {
    await accept('--yes');
    write('90-managed.json', { accepted_assurances: ['attested'] });
    expect((await refuse('--yes')).code).toBe(0);
    expect(own().also_accepted_assurances).toEqual([]);
  });

  it('keeps the newest 200 acts', async () => {
    const recorded_acts = Array.from({ length: 200 }, () => ({
      at: AT,
      act: 'refuse',
      assurance: 'declared',
    }));
    write('50-accepted-assurance.json', { also_accepted_assurances: [], recorded_acts });
    expect((await accept('--yes')).code).toBe(0);
    expect(own().recorded_acts).toHaveLength(200);
    expect(own().recorded_acts?.at(-1)?.act).toBe('accept');
  });
});
