import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pdfOf } from '#test/shared/document/samples.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInPolicy, type Policy } from '#shared/registration/policy.ts';
import { acceptingDeclared } from '#test/shared/registration/declare.ts';
import { judge } from '../client/judging-daemon.ts';
import { startScriptedDaemon, type ScriptedDaemon } from '../client/scripted-daemon.ts';
import { exampleConf } from '../client/tunnel/example-conf.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';
import { importConf } from './registration-cli.ts';

const REFERENCE = 'PTA/VPN/2026/0417';
const FACTS = [
  ...['--authority-profile', 'pk-pta@1', '--route', 'A', '--category', 'company'],
  ...['--decided-on', '2027-01-10'],
];
const declareOffice = (...words: readonly string[]) =>
  cli.sanad('registration', 'declare', 'office', ...words);

let cli: CommandLine;
let daemon: ScriptedDaemon;
let policy: Policy;

beforeEach(async () => {
  cli = makeCommandLine();
  policy = acceptingDeclared;
  daemon = await startScriptedDaemon({
    script: judge({ policy: () => policy, now: () => cli.surroundings.client.now() }),
  });
  const { client } = cli.surroundings;
  cli.surroundings = { ...cli.surroundings, client: { ...client, daemonSocket: daemon.path } };
  await importConf(cli, 'office', exampleConf);
});
afterEach(async () => {
  await daemon.close();
  cli.close();
});

const stored = (): string[] => {
  const directory = join(cli.home, 'config', 'declaration');
  return existsSync(directory) ? readdirSync(directory) : [];
};

describe('sanad registration declare', () => {
  it('shows in plain words what is stated, and signs nothing before somebody agrees', async () => {
    for (const typed of [undefined, 'n\n']) {
      cli.typed = typed;
      const { code, stderr } = await declareOffice(...FACTS);
      const shown = stderr.replaceAll(/\s+/g, ' ');
      expect(code).toBe(2);
      expect(shown).toContain('You state, and sign with this computer’s key:');
      expect(shown).toContain('pk-pta decided on 2027-01-10');
      expect(shown).toContain('vpn.example, port 51820');
      expect(shown).toContain('Nobody has confirmed this');
      expect(shown).toContain('It is sent to nobody.');
      expect(stored()).toEqual([]);
    }
  });

  it('keeps what was shown as what was agreed to, and says what comes next', async () => {
    cli.typed = 'y\n';
    const { code, stdout, stderr } = await declareOffice(...FACTS);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'Stated by you: "office", until 2027-04-15.\nNext: connect: sanad connect office',
    );
    const shown = await cli.sanad('registration', 'show', 'office', '--json');
    expect(shown.answer['declaration']).toMatchObject({ assurance: 'declared', tunnel: 'office' });
    const { statement } = shown.answer['declaration'] as { readonly statement: { readonly text: string } };
    for (const paragraph of statement.text.split('\n')) {
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain(paragraph);
    }
  });

  it('where it is not accepted says whom to ask, and for what', async () => {
    policy = builtInPolicy;
    const { code, stdout } = await declareOffice(...FACTS, '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'stated by you and confirmed by nobody, and this computer does not accept that.',
    );
    expect(stdout).toContain('Next: Ask the administrator of this computer');
    expect(stdout).toContain('sudo sanad policy accept declared');
    const connecting = await cli.sanad('status');
    expect(connecting.stdout).toContain('sudo sanad policy accept declared');
  });

  it('is labelled wherever the tunnel is shown', async () => {
    const before = await cli.sanad('list', '--json');
    expect(before.answer['tunnels']).toMatchObject([{ name: 'office', registration: null }]);
    expect((await cli.sanad('list')).stdout).toContain('no registration here');
    await declareOffice(...FACTS, '--yes');
    const words = 'stated by you, confirmed by nobody, until 2027-04-15';
    for (const command of [['list'], ['show', 'office'], ['status']]) {
      expect((await cli.sanad(...command)).stdout, command.join(' ')).toContain(words);
    }
    expect((await cli.sanad('registration', 'show')).stdout).toContain('stated by you on ');
    const status = await cli.sanad('status', '--json');
    expect(status.answer['tunnels']).toMatchObject([
      { name: 'office', assurance: 'declared', refusal: null },
    ]);
  });

  it('takes the reference from a file or standard input alone, and shows it nowhere', async () => {
    const file = join(cli.home, 'reference.txt');
    writeFileSync(file, `${REFERENCE}\n`);
    const { stdout, stderr, answer } = await declareOffice(
      ...FACTS,
      '--yes',
      '--reference-file',
      file,
      '--json',
    );
    expect(stdout + stderr).not.toContain(REFERENCE);
    const { id, commitments } = answer['declaration'] as {
      readonly id: string;
      readonly commitments: object;
    };
    expect(Object.keys(commitments)).toEqual(['reference']);
    expect(cli.secrets.get(`declaration/${id}`)).toContain(REFERENCE);
    const [written = ''] = stored();
    expect(readFileSync(join(cli.home, 'config/declaration', written), 'utf8')).not.toContain(REFERENCE);
    for (const content of ['', 'two\nlines', 'x'.repeat(201)]) {
      writeFileSync(file, content);
      expect((await declareOffice(...FACTS, '--yes', '--reference-file', file)).code).toBe(2);
    }
    expect((await declareOffice(...FACTS, '--yes', '--reference-file', join(cli.home, 'absent'))).code).toBe(
      2,
    );
  });

  it('commits to the evidence, which has to be a document', async () => {
    const file = join(cli.home, 'decision.pdf');
    writeFileSync(file, pdfOf('the decision'));
    const { answer } = await declareOffice(...FACTS, '--yes', '--evidence', file, '--json');
    expect(answer['declaration']).toMatchObject({ commitments: { evidence: expect.any(String) as string } });
    writeFileSync(file, 'not a document');
    const refused = await declareOffice(...FACTS, '--yes', '--evidence', file, '--json');
    expect([refused.code, refused.answer.problem?.code]).toEqual([2, 'document_type_unknown']);
    expect(stored()).toHaveLength(1);
  });

  it.each([
    [['--decided-on', '2027-02-30'], 'usage'],
    [['--decided-on', '10.01.2027'], 'usage'],
    [['--decided-on', '2027-01-17'], 'decision_in_future'],
    [['--valid-until', '2027-01-14'], 'decision_over'],
    [['--route', 'x'.repeat(40)], 'usage'],
  ])('refuses %j', async (words, expected) => {
    const { code, answer } = await declareOffice(...FACTS, ...words, '--yes', '--json');
    expect([code, answer.problem?.code]).toEqual([2, expected]);
    expect(stored()).toEqual([]);
  });

  it('takes today’s date where it is that day already, and the last day of a decision as part of it', async () => {
    // 2027-01-15 08:00 UTC is the 16th in no zone east of UTC+16; from 10:00 on it is in UTC+14.
    const { client } = cli.surroundings;
    cli.surroundings = { ...cli.surroundings, client: { ...client, now: () => 1_800_000_000 + 3 * 3600 } };
    const made = await declareOffice(...FACTS, '--decided-on', '2027-01-16', '--yes', '--json');
    expect(made.answer['declaration']).toMatchObject({ decision: { decided_at: 1_800_000_000 + 3 * 3600 } });
    const last = await declareOffice(...FACTS, '--valid-until', '2027-01-15', '--yes', '--json');
    expect(last.answer['declaration']).toMatchObject({ expiresAt: Date.UTC(2027, 0, 16) / 1000 });
  });

  it('names what is missing', async () => {
    const { code, stderr } = await declareOffice('--route', 'A');
    expect(code).toBe(2);
    expect(stderr).toContain('missing: --authority-profile, --category, --decided-on');
  });
});

describe('sanad registration declare --again', () => {
  it('shows the same, asks anew, and goes on for another 90 days', async () => {
    expect((await declareOffice('--again', '--yes')).stderr).toContain('You have stated nothing');
    await declareOffice(...FACTS, '--yes');
    const { client } = cli.surroundings;
    const later = client.now() + 80 * 86_400;
    cli.surroundings = { ...cli.surroundings, client: { ...client, now: () => later } };
    expect((await declareOffice('--again')).code).toBe(2);
    const { code, stderr, answer } = await declareOffice('--again', '--yes', '--json');
    expect(code).toBe(0);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('pk-pta decided on 2027-01-10');
    expect(answer['declaration']).toMatchObject({ expiresAt: later + 90 * 86_400 });
  });
});

describe('sanad registration declare --take-back', () => {
  it('asks, and removes it from files and keychain', async () => {
    await declareOffice(...FACTS, '--yes');
    expect((await declareOffice('--take-back')).code).toBe(2);
    expect(stored()).toHaveLength(1);
    expect((await declareOffice('--take-back', '--yes')).code).toBe(0);
    expect(stored()).toEqual([]);
    expect([...cli.secrets.keys()].filter((account) => account.startsWith('declaration/'))).toEqual([]);
    expect((await cli.sanad('list')).stdout).toContain('no registration here');
  });
});
