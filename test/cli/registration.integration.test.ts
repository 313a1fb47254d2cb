import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  json,
  refuse,
  startScriptedGateway,
  type ScriptedGateway,
} from '../client/gateway/scripted-gateway.ts';
import { exampleConf, PRESHARED_KEY, PRIVATE_KEY, PUBLIC_KEY } from '../client/tunnel/example-conf.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const view = (state: string, note: string | null = null) => ({
  id: ID,
  state,
  profile: 'pk-pta@1',
  route: 'B',
  category: 'freelancer',
  endpoints: [{ public_key: PUBLIC_KEY, host: 'vpn.example', port: 51820 }],
  note,
  submitted_at: 1_800_000_000,
  changed_at: 1_800_000_000,
});
const register = [
  ...['register', 'office', '--profile', 'pk-pta@1', '--route', 'B', '--category', 'freelancer'],
  ...['--field', 'mobile_number=03001234567', '--field', 'purpose=a=b'],
];

let gateway: ScriptedGateway;
let cli: CommandLine;

beforeAll(async () => {
  gateway = await startScriptedGateway();
});
afterAll(async () => await gateway.close());

beforeEach(async () => {
  gateway.requests.length = 0;
  gateway.routes.clear();
  gateway.routes.set('POST /v1/registration', (response) => json(response, view('submitted'), 201));
  cli = makeCommandLine();
  const { client } = cli.surroundings;
  const { relaySocket, anchorDirectory: directory } = gateway.fetcher;
  cli.surroundings = {
    ...cli.surroundings,
    client: { ...client, relaySocket, anchors: { directory, ownerUid: process.getuid?.() ?? 0 } },
  };
  const file = join(cli.home, 'office.conf');
  writeFileSync(file, exampleConf);
  await cli.sanad('import', file);
});
afterEach(() => cli.close());

describe('sanad register', () => {
  it('shows what is sent and to whom, and the words consented to, before it sends', async () => {
    const { code, stdout, stderr } = await cli.sanad(...register, '--consent');
    expect(code).toBe(0);
    for (const shown of ['Test Association', gateway.anchor.origin, '03001234567', 'vpn.example', 'I ask ']) {
      expect(stderr).toContain(shown);
    }
    expect(stdout).toContain('sent to the gateway');
    expect(gateway.requests).toHaveLength(1);
  });

  it('sends nothing secret', async () => {
    await cli.sanad(...register, '--consent');
    const sent = gateway.requests[0]?.body ?? '';
    for (const secret of [PRIVATE_KEY, PRESHARED_KEY, cli.secrets.get('device-key') ?? '']) {
      expect(sent).not.toContain(secret);
    }
    expect((JSON.parse(sent) as { fields: unknown }).fields).toEqual({
      mobile_number: '03001234567',
      purpose: 'a=b',
    });
  });

  it('without consent sends nothing: not said, or not at a terminal', async () => {
    cli.typed = 'no\n';
    expect(await cli.sanad(...register, '--json')).toMatchObject({
      code: 2,
      answer: { problem: { code: 'consent_missing' } },
    });
    cli.typed = undefined;
    expect((await cli.sanad(...register)).code).toBe(2);
    expect(gateway.requests).toHaveLength(0);
  });

  it('asks at a terminal', async () => {
    cli.typed = 'yes\n';
    expect((await cli.sanad(...register)).code).toBe(0);
  });

  it('passes on what the gateway finds wrong', async () => {
    gateway.routes.set('POST /v1/registration', (response) =>
      refuse(response, 422, {
        code: 'submission_incomplete',
        detail: 'purpose is missing',
        next_action: 'Fill it in.',
      }),
    );
    const { code, stderr } = await cli.sanad(...register, '--consent');
    expect(code).toBe(5);
    expect(stderr).toContain('purpose is missing\nNext: The gateway advises: Fill it in.\n');
  });

  it('names the gateways there are when the one named is not', async () => {
    const { code, answer } = await cli.sanad(...register, '--consent', '--gateway', 'other', '--json');
    expect([code, answer.problem?.code]).toEqual([5, 'gateway_not_joined']);
  });

  it('with --wait ends when the decision is there', async () => {
    gateway.routes.set('POST /v1/registration', (response) => json(response, view('rejected'), 201));
    expect(await cli.sanad(...register, '--consent', '--wait', '--json')).toMatchObject({
      code: 4,
      answer: { problem: { code: 'registration_rejected' } },
    });
  });
});

describe('sanad registration show', () => {
  it('says where it stands, the reviewer’s note, and what comes next', async () => {
    await cli.sanad(...register, '--consent');
    gateway.routes.set(`GET /v1/registration/${ID}`, (response) =>
      json(response, view('needs_information', 'Which employer?')),
    );
    const { code, stdout } = await cli.sanad('registration', 'show', 'office');
    expect(code).toBe(0);
    expect(stdout).toContain('waiting for you');
    expect(stdout).toContain('Which employer?');
    expect(stdout).toContain('Next: Read the note');
  });

  it('as JSON gives the state, by name, by identifier and for all', async () => {
    await cli.sanad(...register, '--consent');
    gateway.routes.set(`GET /v1/registration/${ID}`, (response) => json(response, view('submitted')));
    const expected = { id: ID, state: 'submitted', gateway: 'test', tunnel: 'office', certificate: null };
    const byName = await cli.sanad('registration', 'show', 'office', '--json');
    const byId = await cli.sanad('registration', 'show', ID, '--json');
    const all = await cli.sanad('registration', 'show', '--json');
    expect(byName.answer).toMatchObject({ ok: true, registration: expected });
    expect(byId.answer).toMatchObject({ registration: expected });
    expect(all.answer).toMatchObject({ registrations: [expected] });
  });

  it('of a tunnel without one says how to make one', async () => {
    const { code, answer } = await cli.sanad('registration', 'show', 'office', '--json');
    expect([code, answer.problem?.code]).toEqual([2, 'registration_unknown_here']);
  });
});
