import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import type { SubmissionDraft } from '#client/registration/stored-registration.ts';
import { makeKey } from '#test/shared/registration/issue.ts';
import { exampleConf, PRESHARED_KEY, PRIVATE_KEY, PUBLIC_KEY } from '../client/tunnel/example-conf.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';

/** What a person filled in, sent, and had no answer to. */
const draft: SubmissionDraft = {
  ...{ version: 1, origin: 'https://gateway.test', idempotencyKey: 'key', amends: null },
  submission: {
    ...{ profile: 'pk-pta@1', route: 'B', category: 'freelancer' },
    fields: { mobile_number: '03001234567' },
    endpoints: [{ public_key: PUBLIC_KEY, host: 'vpn.example', port: 51_820 }],
    device: { ...makeKey().publicJwk },
    consent: { text: 'I agree.', given_at: 1 },
  },
};

let cli: CommandLine;
let file: string;

beforeEach(() => {
  cli = makeCommandLine();
  file = join(cli.home, 'office.conf');
  writeFileSync(file, exampleConf);
});
afterEach(() => cli.close());

describe('sanad import', () => {
  it('takes the file’s name and says which lines were left out, and why', async () => {
    const { code, stdout } = await cli.sanad('import', file);
    expect(code).toBe(0);
    expect(stdout).toContain('Imported "office"');
    expect(stdout).toContain('left out, line 5: PostUp. Sanad never runs commands from a configuration.');
    expect(stdout).toContain('Next: ');
  });

  it('as JSON lists what was left out', async () => {
    const { answer } = await cli.sanad('import', file, '--name', 'home', '--json');
    expect(answer).toEqual({
      ok: true,
      tunnel: { name: 'home' },
      dropped: [{ line: 5, key: 'PostUp', reason: expect.any(String) as unknown }],
    });
  });

  it('reads standard input, which has to be given a name', async () => {
    cli.typed = exampleConf;
    expect((await cli.sanad('import', '-', '--json')).answer.problem?.code).toBe('usage');
    expect((await cli.sanad('import', '-', '--name', 'piped')).code).toBe(0);
  });

  it('refuses a file by line, and repeats nothing of what stood there', async () => {
    writeFileSync(
      file,
      `[Interface]\nPrivateKey = ${PRIVATE_KEY.slice(1)}\nAddress = 10.0.0.1/32\nColour = ${PRIVATE_KEY}\n`,
    );
    const { code, stdout, stderr } = await cli.sanad('import', file);
    expect(code).toBe(2);
    expect(stdout).toContain('line 2: ');
    expect(stdout).toContain('line 4: ');
    expect(`${stdout}${stderr}`).not.toContain(PRIVATE_KEY.slice(1));
  });

  it('as JSON gives every wrong line beside the problem', async () => {
    writeFileSync(file, '[Interface]\nColour = red\n');
    const { code, answer } = await cli.sanad('import', file, '--json');
    expect([code, answer.ok, answer.problem?.code]).toEqual([2, false, 'conf_rejected']);
    expect(answer['problems']).toContainEqual(expect.objectContaining({ line: 2, code: 'key_unknown' }));
  });

  it('refuses a name that is taken, a file that is not there, and a name that is none', async () => {
    await cli.sanad('import', file);
    const again = await cli.sanad('import', file, '--json');
    const absent = await cli.sanad('import', join(cli.home, 'absent.conf'), '--json');
    const unnameable = await cli.sanad('import', file, '--name', '../up', '--json');
    const outcomes = [again, absent, unnameable].map(({ code, answer }) => [code, answer.problem?.code]);
    expect(outcomes).toEqual([
      [2, 'tunnel_exists'],
      [2, 'file_unreadable'],
      [2, 'tunnel_name_malformed'],
    ]);
  });
});

describe('sanad list, show, remove', () => {
  it('list shows where tunnels lead', async () => {
    expect((await cli.sanad('list')).stdout).toContain('sanad import FILE');
    await cli.sanad('import', file);
    expect((await cli.sanad('list')).stdout).toBe(
      'office  vpn.example:51820  all traffic  no registration here\n',
    );
    expect((await cli.sanad('list', '--json')).answer).toEqual({
      ok: true,
      tunnels: [
        {
          name: 'office',
          endpoints: [{ publicKey: PUBLIC_KEY, host: 'vpn.example', port: 51820 }],
          routing: 'full',
          registration: null,
        },
      ],
    });
  });

  it('show never shows a secret key, nor asks the keychain', async () => {
    await cli.sanad('import', file);
    cli.secrets.clear();
    const { stdout } = await cli.sanad('show', 'office');
    const { stdout: json } = await cli.sanad('show', 'office', '--json');
    expect(stdout).toContain('Endpoint = vpn.example:51820');
    for (const secret of [PRIVATE_KEY, PRESHARED_KEY]) expect(stdout + json).not.toContain(secret);
  });

  it('remove forgets the tunnel and its keys', async () => {
    await cli.sanad('import', file);
    expect((await cli.sanad('remove', 'office', '--json')).answer).toEqual({
      ...{ ok: true, removed: 'office', draftRemoved: false },
    });
    expect(cli.secrets.size).toBe(0);
    expect((await cli.sanad('show', 'office')).code).toBe(2);
  });

  it('remove takes a submission along that no gateway has answered, and says so', async () => {
    await cli.sanad('import', file);
    await cli.sanad('import', file, '--name', 'home');
    const store = new RegistrationStore(join(cli.home, 'config'));
    for (const tunnel of ['office', 'home']) await store.saveDraft(tunnel, draft);
    const { stdout } = await cli.sanad('remove', 'office');
    expect(stdout).toContain('is removed too');
    expect(await store.draftOf('office')).toBeUndefined();
    expect(await store.draftOf('home')).toEqual(draft);
  });
});
