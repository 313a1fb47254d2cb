import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAnchor } from '#shared/contract/anchor-file.ts';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import { startFetcher, type TestFetcher } from '#test/fetch/fetcher.ts';
import { startGateway, type RunningGateway } from '#test/gateway/running-gateway.ts';
import { startSessionKeychain, type SessionKeychain } from '../client/session-keychain.ts';
import { FREELANCER_FIELDS } from '../gateway/application-fields.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';
import { freelancerLines, giveFiles } from './freelancer.ts';

let gateway: RunningGateway;
let fetcher: TestFetcher;
let session: SessionKeychain;
let cli: CommandLine;

beforeAll(async () => {
  [gateway, fetcher] = await Promise.all([startGateway(), startFetcher()]);
  const anchor = await fetch(`${gateway.origin}/v1/anchor`);
  fetcher.installAnchor(parseAnchor(await anchor.text()));
});
afterAll(async () => {
  await Promise.all([fetcher.close(), gateway.stop('SIGTERM')]);
  gateway.remove();
});

beforeEach(async () => {
  session = await startSessionKeychain();
  cli = makeCommandLine();
  giveFiles(cli.home);
  const { client } = cli.surroundings;
  const { keychain } = session;
  cli.surroundings = {
    ...cli.surroundings,
    client: {
      ...client,
      keychain,
      now: () => Math.floor(Date.now() / 1000),
      relaySocket: fetcher.relaySocket,
      anchors: { directory: fetcher.anchorDirectory, ownerUid: process.getuid?.() ?? 0 },
    },
  };
});
afterEach(async () => {
  cli.close();
  await session.close();
});

const typing = async (lines: readonly string[], ...words: readonly string[]) => {
  cli.typed = lines.map((line) => `${line}\n`).join('');
  return await cli.sanad('register', ...words);
};

describe('sanad register, from nothing to submitted', () => {
  it('asks a freelancer on a fresh account at most fourteen things', async () => {
    const lines = freelancerLines(cli.home);
    const { code, answer, stderr } = await typing(lines, '--json');
    expect([code, answer.problem], stderr).toEqual([0, undefined]);
    const { questions, registration } = answer as { questions: number; registration: RegistrationView };
    console.info(`questions asked from "sanad register" to submitted: ${questions}`);
    expect(questions).toBe(lines.length);
    expect(questions).toBeLessThanOrEqual(14);
    expect(registration).toMatchObject({ state: 'submitted', route: 'B', category: 'freelancer' });
    expect(registration.fields).toMatchObject({ cnic: '3520212345678', mobile_number: '+923001234567' });
    expect(registration.documents.map(({ kind }) => kind)).toEqual(['cnic_front', 'cnic_back', 'letter']);
  });

  it('is stopped and gone on with, without anything being asked twice', async () => {
    const lines = freelancerLines(cli.home);
    const first = await typing(lines.slice(0, 7), '--json');
    expect([first.code, first.answer.problem?.code]).toEqual([2, 'application_unfinished']);
    const { code, stderr } = await typing(lines.slice(7), '--resume');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('Going on with your application');
    expect(stderr).toContain('7 questions asked.');
    const over = await typing([], '--resume', '--json');
    expect(over.answer.problem?.code).toBe('application_unknown');
  });

  it('says what is wrong and asks again, goes back at <, and takes what was pasted as it was meant', async () => {
    const lines = [...freelancerLines(cli.home)];
    const cnic = lines.indexOf(FREELANCER_FIELDS.cnic);
    // Twelve digits; back to the name and on; Urdu digits with a character nobody sees.
    lines.splice(cnic, 1, '35202-1234567', '<', '', '\u200f۳۵۲۰۲-۱۲۳۴۵۶۷-۸');
    const { code, stderr, answer } = await typing(lines, '--json');
    expect(code, stderr).toBe(0);
    for (const said of ['has 13 digits', 'The digits were written as 0 to 9.', 'turn text round']) {
      expect(stderr).toContain(said);
    }
    const { fields } = answer['registration'] as RegistrationView;
    expect(fields).toMatchObject({ cnic: '3520212345678', full_name: FREELANCER_FIELDS.full_name });
  });

  it('shows all that is sent and to whom before the consent, and sends nothing without it', async () => {
    const lines = freelancerLines(cli.home).slice(0, -1);
    const { code, stderr } = await typing([...lines, '3']);
    expect(code).toBe(2);
    for (const shown of [
      `This is sent to Test Association (${gateway.origin}):`,
      'This you file yourself with Pakistan Telecommunication Authority',
      '35202-1234567-8',
      'front of card.png, PNG, ',
      ' B (a stamped copy)',
      'letter.pdf, PDF, ',
      'vpn.example, port 51820, public key',
      'If an agreement with your client forbids telling them',
      'No secret key is sent',
      'Complete to 100 %.',
      'Nothing was sent.',
    ]) {
      expect(stderr.replace(/\s+/g, ' ')).toContain(shown);
    }
    // Another consent changes nothing of the answers.
    const sent = await typing(['1'], '--resume', '--json');
    expect(sent.answer).toMatchObject({ ok: true, questions: 1 });
  });

  it('lets somebody change or add something before it is sent, the optional things too', async () => {
    const lines = freelancerLines(cli.home).slice(0, -1);
    const { code, stderr, answer } = await typing(
      [...lines, '2', 'field.vpn_provider', 'My client', '1'],
      '--json',
    );
    expect(code, stderr).toBe(0);
    expect((answer['registration'] as RegistrationView).fields).toMatchObject({ vpn_provider: 'My client' });
  });

  it('reuses what is known of the applicant: one question in place of six', async () => {
    expect((await typing(freelancerLines(cli.home))).code).toBe(0);
    const { mobile_number: mobile, purpose } = FREELANCER_FIELDS;
    const lines = ['office', '1', '2', '1', '1', 'yes', mobile, purpose, '1', '1'];
    const { stderr, answer } = await typing(lines, '--json');
    expect(answer, stderr).toMatchObject({ ok: true, questions: lines.length });
    expect(stderr).toContain('35202-1234567-8');
    const { documents } = answer['registration'] as RegistrationView;
    expect(documents.map(({ kind }) => kind)).toEqual(['cnic_front', 'cnic_back', 'letter']);
  });

  it('speaks Urdu where it is asked to, by option or by the system', async () => {
    const { stderr } = await typing([], '--language', 'ur');
    expect(stderr).toContain('وہ فائل جو آپ کو وی پی این کے لیے ملی');
    cli.surroundings = { ...cli.surroundings, environment: { LANG: 'ur_PK.UTF-8' } };
    expect((await typing(freelancerLines(cli.home).slice(0, 2))).stderr).toContain('کیا آپ');
  });

  it('refuses files one by one with the reason, and keeps the application as it was', async () => {
    writeFileSync(join(cli.home, 'card.jpg'), 'no picture');
    writeFileSync(join(cli.home, 'empty.pdf'), '');
    const lines = freelancerLines(cli.home).slice(0, 10);
    const files = ['card.jpg', 'empty.pdf'].map((name) => join(cli.home, name)).join(' ');
    const { stderr } = await typing([...lines, files, '/nowhere/back.png']);
    expect(stderr).toContain('card.jpg\u2069: The file is neither a PDF');
    expect(stderr).toContain('empty.pdf\u2069: The file is empty.');
    expect(stderr).toContain('back.png\u2069: The file cannot be read.');
  });
});

describe('sanad register --answers', () => {
  const file = (answers: object): string => {
    const path = join(cli.home, 'answers.json');
    writeFileSync(path, JSON.stringify(answers));
    return path;
  };
  const documents = { cnic_front: 'front of card.png', cnic_back: 'back.png', letter: ['letter.pdf'] };
  const complete = {
    ...{ tunnel: './office.conf', channel: 'office:test', route: 'B', fields: FREELANCER_FIELDS, documents },
    ...{ declaration: true, consent: true },
  };

  it('asks nothing, shows what it sends, and sends it', async () => {
    const { code, stderr, answer } = await cli.sanad('register', '--answers', file(complete), '--json');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('This is sent to Test Association');
    const { state, documents: sent } = answer['registration'] as RegistrationView;
    expect([state, sent.length]).toEqual(['submitted', 3]);
  });

  it('names everything that is wrong or missing at once, keeps the rest, and sends nothing', async () => {
    const { purpose: _, ...fields } = FREELANCER_FIELDS;
    const wrong = {
      ...complete,
      fields: { ...fields, cnic: '12', isp_name: 'x' },
      documents: { ...documents, cnic_back: 'none.png', selfie: 'me.png' },
    };
    const { code, answer } = await cli.sanad('register', '--answers', file(wrong), '--json');
    const places = (name: string) => (answer[name] as { where: string }[]).map(({ where }) => where);
    expect([code, answer.problem?.code]).toEqual([2, 'answers_wrong']);
    expect(places('wrong')).toEqual([
      'fields.cnic',
      'fields.isp_name',
      'documents.cnic_back',
      'documents.selfie',
    ]);
    expect(places('missing')).toEqual(['fields.cnic', 'fields.purpose', 'documents.identity_required']);
    // The rest is there: only what was named is asked for.
    const { stderr } = await typing([FREELANCER_FIELDS.cnic], '--resume');
    expect(stderr).toContain('What you use the VPN for');
    expect(stderr).not.toContain('Full name');
  });

  it('without consent or declaration sends nothing', async () => {
    const { answer } = await cli.sanad(
      'register',
      '--answers',
      file({ ...complete, consent: false }),
      '--json',
    );
    expect(answer).toMatchObject({
      problem: { code: 'application_unfinished' },
      missing: [{ where: 'consent' }],
    });
  });

  it('says where a file is not as it should be', async () => {
    const { answer } = await cli.sanad('register', '--answers', file({ fields: { cnic: 1 } }), '--json');
    expect(answer.problem).toMatchObject({ code: 'answers_unreadable' });
    expect(JSON.stringify(answer.problem)).toContain('fields.cnic');
    writeFileSync(join(cli.home, 'answers.json'), '{');
    const broken = await cli.sanad('register', '--answers', join(cli.home, 'answers.json'), '--json');
    expect(broken.answer.problem?.code).toBe('answers_unreadable');
  });
});
