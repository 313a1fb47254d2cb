import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pngOf } from '#test/shared/document/samples.ts';
import { json, startScriptedGateway, type ScriptedGateway } from '../client/gateway/scripted-gateway.ts';
import type { CommandLine } from './command-line.ts';
import { commandLineThrough, ID, REGISTER, viewOf } from './registration-cli.ts';

const PNG = pngOf(3, 2);
const question = { sequence: 1, at: 1_800_000_000, from: 'reviewer', text: 'Which employer?' };

let gateway: ScriptedGateway;
let cli: CommandLine;

beforeAll(async () => {
  gateway = await startScriptedGateway();
});
afterAll(async () => await gateway.close());

beforeEach(async () => {
  gateway.routes.clear();
  gateway.routes.set('POST /v1/registration', (response) => json(response, viewOf('submitted')));
  cli = await commandLineThrough(gateway.fetcher);
  await cli.sanad(...REGISTER, '--consent');
  gateway.requests.length = 0;
});
afterEach(() => cli.close());

const tell = (state: string, more: object = {}): void =>
  void gateway.routes.set(`GET /v1/registration/${ID}`, (response) => json(response, viewOf(state, more)));
const sent = () => gateway.requests.filter(({ method }) => method === 'POST');
const image = (): string => {
  const file = join(cli.home, 'my-card.png');
  writeFileSync(file, PNG);
  return file;
};

describe('what is sent is shown before, and not sent without a yes', () => {
  const acts: readonly [string, () => void, () => readonly string[], readonly (string | RegExp)[], string][] =
    [
      [
        'an answer',
        () => tell('needs_information', { thread: [question] }),
        () => ['answer', 'office', 'Example Ltd', '--field', 'purpose=Work'],
        ['Which employer?', 'Test Association', /Answer +Example Ltd/, /purpose +Work/],
        'consent_missing',
      ],
      [
        'a withdrawal',
        () => tell('attested'),
        () => ['withdraw', 'office', '--note', 'New SIM'],
        ['Test Association', ID, 'New SIM', 'It ends for good', 'by this computer’s key'],
        'confirmation_missing',
      ],
      [
        'an amendment',
        () => tell('attested', { fields: { mobile_number: '+923001234567', purpose: 'Work' } }),
        () => ['amend', 'office', '--field', 'mobile_number=03007654321'],
        [
          '03007654321',
          /purpose +Work/,
          'I ask Test Association',
          'vpn.example',
          ID,
          'stands as it is until',
        ],
        'consent_missing',
      ],
      [
        'a document',
        () => tell('submitted'),
        () => ['document', 'add', 'office', image(), '--kind', 'cnic_front'],
        [
          ...['Test Association', /Document +cnic_front/, /Content +\w+ picture, \d.*made of “my-card\.png”/],
          ...[
            /Made of +PNG picture, 68 B/,
            /Changed +straightened/,
            /date\s+are\s+stamped/,
            'reviewers read it',
          ],
        ],
        'consent_missing',
      ],
      [
        'a document as it is',
        () => tell('submitted'),
        () => ['document', 'add', 'office', image(), '--kind', 'cnic_front', '--as-is'],
        [/Content +PNG picture, 68 B, all of “my-card\.png”/, /Changed +nothing, as you asked/],
        'consent_missing',
      ],
      [
        'a removal',
        () =>
          tell('submitted', {
            documents: [
              {
                ...{ id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', kind: 'letter', size: 9, added_at: 1 },
                ...{ content_type: 'application/pdf', sha256: 'A'.repeat(43) },
              },
            ],
          }),
        () => ['document', 'remove', 'office', 'letter'],
        ['asked to destroy', 'letter', 'PDF, 9 B'],
        'confirmation_missing',
      ],
    ];

  it.each(acts)('%s', async (_, prepare, words, shown, code) => {
    prepare();
    const nobody = await cli.sanad('registration', ...words(), '--json');
    expect([nobody.code, nobody.answer.problem?.code]).toEqual([2, code]);
    cli.typed = 'no\n';
    const refused = await cli.sanad('registration', ...words());
    expect(refused.code).toBe(2);
    for (const text of shown) expect(refused.stderr).toMatch(text);
    expect(sent()).toEqual([]);
  });
});

describe('sanad registration answer', () => {
  const answered = () =>
    viewOf('submitted', {
      thread: [question, { ...question, sequence: 2, from: 'registrant', text: 'A\nB' }],
    });

  it('takes the words from standard input', async () => {
    tell('needs_information', { thread: [question] });
    gateway.routes.set(`POST /v1/registration/${ID}/answer`, (response) => json(response, answered()));
    cli.typed = 'A\nB\n';
    const { code, stdout } = await cli.sanad('registration', 'answer', 'office', '-', '--consent');
    expect(code).toBe(0);
    expect(JSON.parse(sent()[0]?.body ?? '')).toMatchObject({ text: 'A\nB' });
    expect(stdout).toMatch(/you: A\n {4}B\n/);
  });

  it.each([
    ['when nothing is asked', 'submitted', 'hello', 4, 'nothing_asked'],
    ['with nothing', 'needs_information', '  ', 2, 'usage'],
    ['with more than a text may have', 'needs_information', 'x'.repeat(2001), 2, 'usage'],
  ])('%s sends nothing', async (_, state, text, exit, code) => {
    tell(state);
    const said = await cli.sanad('registration', 'answer', 'office', text, '--consent', '--json');
    expect([said.code, said.answer.problem?.code]).toEqual([exit, code]);
    expect(sent()).toEqual([]);
  });
});

describe('sanad registration withdraw', () => {
  it('of one that is withdrawn already says so and is no failure', async () => {
    tell('withdrawn');
    const { code, answer } = await cli.sanad('registration', 'withdraw', 'office', '--json');
    expect([code, answer['registration']]).toEqual([0, expect.objectContaining({ state: 'withdrawn' })]);
  });

  it('of one that is over in another way is a refusal', async () => {
    tell('revoked');
    const { code, answer } = await cli.sanad('registration', 'withdraw', 'office', '--yes', '--json');
    expect([code, answer.problem?.code]).toEqual([4, 'registration_over']);
    expect(sent()).toEqual([]);
  });
});

describe('sanad registration amend', () => {
  it('of one that is not confirmed is a refusal', async () => {
    tell('submitted');
    const { code, answer } = await cli.sanad('registration', 'amend', 'office', '--consent', '--json');
    expect([code, answer.problem?.code]).toEqual([4, 'amendment_needs_attested']);
    expect(sent()).toEqual([]);
  });
});

describe('sanad registration document', () => {
  it.each([
    ['what is no document', 'letter.pdf', 'Dear Sir', 'cnic_front', 'document_type_unknown'],
    ['a kind that is none', 'a.png', PNG, 'CNIC front', 'usage'],
  ])('add of %s asks nobody', async (_, name, content, kind, code) => {
    const file = join(cli.home, name);
    writeFileSync(file, content);
    const words = ['registration', 'document', 'add', 'office', file, '--kind', kind, '--consent', '--json'];
    const said = await cli.sanad(...words);
    expect([said.code, said.answer.problem?.code]).toEqual([2, code]);
    expect(gateway.requests).toEqual([]);
  });

  it('add that nobody consented to keeps nothing', async () => {
    tell('submitted');
    await cli.sanad('registration', 'document', 'add', 'office', image(), '--kind', 'cnic_front', '--json');
    expect((await cli.sanad('document', 'list', '--json')).answer['documents']).toEqual([]);
  });

  it('add that broke off goes on with the same copy on another day', async () => {
    tell('submitted');
    const path = `POST /v1/registration/${ID}/document/cnic_front`;
    gateway.routes.set(path, (response) => void response.destroy());
    const words = ['registration', 'document', 'add', 'office', image(), '--kind', 'cnic_front', '--consent'];
    expect((await cli.sanad(...words, '--json')).code).toBe(5);
    const { client } = cli.surroundings;
    const later = { ...client, now: () => client.now() + 86_400 };
    cli.surroundings = { ...cli.surroundings, client: later };
    expect((await cli.sanad(...words, '--json')).code).toBe(5);
    const [first, second] = sent();
    expect(second?.bytes).toEqual(first?.bytes);
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
  });

  it('remove takes the beginning of its name, and nothing that could mean two', async () => {
    const document = (id: string) => ({
      ...{
        id,
        kind: 'letter',
        content_type: 'application/pdf',
        size: 9,
        sha256: 'A'.repeat(43),
        added_at: 1,
      },
    });
    const documents = [
      document('3f2504e0-4f89-41d3-9a0c-0305e82c3301'),
      document('3f2504e0-4f89-41d3-9a0c-0305e82c3302'),
    ];
    tell('submitted', { documents });
    for (const meant of ['letter', '3f25', '3', 'cnic_front']) {
      const words = ['registration', 'document', 'remove', 'office', meant, '--yes', '--json'];
      const { code, answer } = await cli.sanad(...words);
      expect([code, answer.problem?.code]).toEqual([2, 'document_unknown_here']);
    }
    const [kept, gone] = documents;
    gateway.routes.set(`POST /v1/registration/${ID}/document/${gone?.id}/removal`, (response) =>
      json(response, viewOf('submitted', { documents: [kept] })),
    );
    const full = await cli.sanad(
      ...['registration', 'document', 'remove', 'office', gone?.id ?? '', '--yes', '--json'],
    );
    expect([full.code, full.answer['removed']]).toEqual([0, gone]);
  });
});

describe('sanad registration watch', () => {
  const streaming = (...states: readonly string[]): void =>
    void gateway.routes.set(`GET /v1/registration/${ID}/event`, (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const state of states) {
        response.write(`event: snapshot\ndata: ${JSON.stringify(viewOf(state))}\n\n`);
      }
    });

  it.each([
    ['confirmed', 'attested', 0, undefined],
    ['asked something', 'needs_information', 4, 'answer_wanted'],
    ['refused', 'rejected', 4, 'registration_rejected'],
    ['closed', 'withdrawn', 4, 'registration_over'],
  ])('--wait ends when it is %s, and says how', async (_, state, exit, code) => {
    tell('submitted');
    streaming('submitted', 'filed_with_authority', state);
    const said = await cli.sanad('registration', 'watch', 'office', '--wait', '--json');
    expect(said.code).toBe(exit);
    expect(said.answer).toMatchObject({ ok: exit === 0, registration: { state } });
    expect(said.answer.problem?.code).toBe(code);
    expect(said.stdout.trim().split('\n')).toHaveLength(1);
  });

  it('says each change once, a document a line, until Ctrl-C', async () => {
    tell('submitted');
    streaming('submitted', 'submitted', 'verifying', 'rejected');
    const watching = cli.sanad('registration', 'watch', 'office', '--json');
    const kept = join(cli.home, 'config', 'registration', `${ID}.json`);
    await expect.poll(() => readFileSync(kept, 'utf8'), { timeout: 30_000 }).toContain('"rejected"');
    cli.interrupt();
    const { code, stdout } = await watching;
    const states = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { registration: { state: string } });
    expect(code).toBe(0);
    expect(states.map(({ registration }) => registration.state)).toEqual([
      'submitted',
      'verifying',
      'rejected',
    ]);
  });

  it('fails at once when the gateway is not there to begin with', async () => {
    const { code } = await cli.sanad('registration', 'watch', 'office', '--json');
    expect(code).toBe(5);
  });
});
