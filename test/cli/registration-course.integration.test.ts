import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAnchor } from '#shared/contract/anchor-file.ts';
import {
  MAX_PART_BYTES,
  type DocumentView,
  type RegistrationView,
} from '#shared/contract/gateway-contract.ts';
import { startFetcher, type TestFetcher } from '#test/fetch/fetcher.ts';
import { startGateway, type RunningGateway } from '#test/gateway/running-gateway.ts';
import { FREELANCER_FIELDS, fieldWords } from '../gateway/application-fields.ts';
import { pdfOf } from '#test/shared/document/samples.ts';
import { exampleConf, PUBLIC_KEY } from '../client/tunnel/example-conf.ts';
import type { CommandLine, Outcome } from './command-line.ts';
import { acceptAll } from '../client/registration/test-client.ts';
import { startScriptedDaemon, type ScriptedDaemon } from '../client/scripted-daemon.ts';
import { commandLineThrough, importConf } from './registration-cli.ts';

const PNG = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082',
  'hex',
);
const OTHER_KEY = `${'B'.repeat(42)}E=`;

let gateway: RunningGateway;
let fetcher: TestFetcher;
let daemon: ScriptedDaemon;
let cli: CommandLine;
let id: string;

type Registration = RegistrationView & {
  readonly certificate: { readonly expiresAt: number } | null;
  readonly nextStep: string;
};
const registrationIn = ({ answer }: Outcome) => answer['registration'] as Registration;

beforeAll(async () => {
  // The service has tests of its own against the real gateway, in the lab: here it takes what it is given.
  const taking = startScriptedDaemon({ script: acceptAll });
  [gateway, fetcher, daemon] = await Promise.all([startGateway(), startFetcher(), taking]);
  const anchor = await fetch(`${gateway.origin}/v1/anchor`);
  fetcher.installAnchor(parseAnchor(await anchor.text()));
  cli = await commandLineThrough(fetcher);
  const { client } = cli.surroundings;
  const now = () => Math.floor(Date.now() / 1000);
  cli.surroundings = { ...cli.surroundings, client: { ...client, now, daemonSocket: daemon.path } };
});
afterAll(async () => {
  cli.close();
  await Promise.all([fetcher.close(), gateway.stop('SIGTERM'), daemon.close()]);
  gateway.remove();
});

/** `sanad registration … --json`, ending with 0. */
async function sanad(...words: readonly string[]): Promise<Outcome> {
  const outcome = await cli.sanad('registration', ...words, '--json');
  expect([outcome.code, outcome.answer.problem], words.join(' ')).toEqual([0, undefined]);
  return outcome;
}

let reviewedAt = 0;

/** Of two statements about a case the one signed in a later second counts: people are never faster, tests are. */
async function review(...words: readonly string[]): Promise<void> {
  await expect.poll(() => Math.floor(Date.now() / 1000), { timeout: 5000 }).toBeGreaterThan(reviewedAt);
  const { code, stdout, stderr } = await gateway.review(...words);
  reviewedAt = Math.floor(Date.now() / 1000);
  expect(code, `${words.join(' ')}: ${stdout}${stderr}`).toBe(0);
}

const attest = (registration: string, action = 'attest') =>
  review(action, registration, '--authority', 'pk-pta', '--decided-at', '2026-11-20');

/** The file of the case that waits, or nothing. */
function newest(folder: string): string {
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  return files.find((text) => text.includes('"state": "submitted"')) ?? '';
}

describe('a registration’s whole course, with the gateway’s own processes', () => {
  it('is submitted with a field that a reviewer asks about', async () => {
    const outcome = await cli.sanad(
      ...['register', 'office', '--profile', 'pk-pta@1', '--route', 'B', '--category', 'freelancer'],
      ...fieldWords(),
      ...['--consent', '--json'],
    );
    expect(outcome.code).toBe(0);
    ({ id } = registrationIn(outcome));
    const waiting = cli.sanad('registration', 'watch', 'office', '--wait', '--json');
    await review('ask', id, '--question', 'Whose number is it?');
    const asked = await waiting;
    expect([asked.code, asked.answer.problem?.code]).toEqual([4, 'answer_wanted']);
    expect(registrationIn(asked).thread).toMatchObject([{ from: 'reviewer', text: 'Whose number is it?' }]);
  });

  it('is answered with words and a field put right', async () => {
    const answered = await sanad(
      ...['answer', 'office', 'Mine; I mistyped it.', '--field', 'mobile_number=03007654321', '--consent'],
    );
    expect(registrationIn(answered)).toMatchObject({
      state: 'submitted',
      fields: { mobile_number: '+923007654321' },
      thread: [{ from: 'reviewer' }, { from: 'registrant', text: 'Mine; I mistyped it.' }],
    });
    const again = await sanad('answer', 'office', 'Mine; I mistyped it.');
    expect(registrationIn(again).thread).toHaveLength(2);
  });

  it('takes documents, gives what it has of them, and destroys one', async () => {
    const file = join(cli.home, 'card.jpg');
    writeFileSync(file, PNG);
    const added = await sanad('document', 'add', 'office', file, '--kind', 'cnic_front', '--consent');
    const { size, sha256 } = added.answer['document'] as DocumentView;
    expect(added.answer['prepared']).toEqual({
      ...{ isChanged: true, isStamped: true },
      ...{ originalSize: PNG.length, size },
    });
    expect(sha256).not.toBe(createHash('sha256').update(PNG).digest('base64url'));
    const again = await sanad('document', 'add', 'office', file, '--kind', 'cnic_front', '--consent');
    expect(again.answer['document']).toEqual(added.answer['document']);
    const { documents } = (await sanad('document', 'list', 'office')).answer as { documents: DocumentView[] };
    expect(documents).toEqual([added.answer['document']]);
    await sanad('document', 'remove', 'office', 'cnic_front', '--yes');
    expect((await sanad('document', 'list', 'office')).answer['documents']).toEqual([]);
  });

  it('takes a document from those that are kept, and as it is where that is wanted', async () => {
    const kept = (await cli.sanad('document', 'list', '--json')).answer['documents'];
    expect(kept).toMatchObject([{ kind: 'cnic_front', name: 'card.jpg', size: PNG.length }]);
    const words = ['document', 'add', 'office', 'cnic_front', '--kept', '--kind', 'cnic_front', '--consent'];
    const added = await sanad(...words, '--as-is');
    const sha256 = createHash('sha256').update(PNG).digest('base64url');
    expect(added.answer['document']).toMatchObject({ content_type: 'image/png', size: PNG.length, sha256 });
    await sanad('document', 'remove', 'office', 'cnic_front', '--yes');
  });

  it('takes a large document in parts, through the relay', async () => {
    const file = join(cli.home, 'letter.pdf');
    const content = pdfOf('x'.repeat(900_000));
    writeFileSync(file, content);
    const added = await sanad('document', 'add', 'office', file, '--kind', 'letter', '--consent');
    const sha256 = createHash('sha256').update(content).digest('base64url');
    expect(added.answer['document']).toMatchObject({ size: content.length, sha256 });
    expect(gateway.log()).toContain('/v1/registration/:id/upload/:upload/part/:offset');
    await sanad('document', 'remove', 'office', 'letter', '--yes');
  });

  it('goes on with a document where a client that was killed has stopped', async () => {
    const file = join(cli.home, 'killed.pdf');
    const content = pdfOf('y'.repeat(3_000_000));
    writeFileSync(file, content);
    const { configDirectory, anchors, relaySocket } = cli.surroundings.client;
    const given = { configDirectory, anchors, relaySocket, file, secrets: [...cli.secrets] };
    const parts = () => gateway.log().split('/part/:offset').length - 1;
    const before = parts();
    const client = spawn(process.execPath, [join(import.meta.dirname, 'send-until-killed.ts')], {
      env: { ...process.env, GIVEN: JSON.stringify(given) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(client.stdout, 'data');
    client.kill('SIGKILL');
    await once(client, 'exit');
    const added = await sanad('document', 'add', 'office', file, '--kind', 'letter', '--consent');
    const sha256 = createHash('sha256').update(content).digest('base64url');
    expect(added.answer['document']).toMatchObject({ size: content.length, sha256 });
    // Each part once, but for one that may have been on its way.
    const least = Math.ceil(content.length / MAX_PART_BYTES);
    await expect.poll(() => parts() - before, { timeout: 20_000 }).toBeGreaterThanOrEqual(least);
    expect(parts() - before).toBeLessThanOrEqual(least + 1);
    await sanad('document', 'remove', 'office', 'letter', '--yes');
  });

  it('of a kind that the rules do not know is refused in the gateway’s words', async () => {
    const words = ['registration', 'document', 'add', 'office', join(cli.home, 'card.jpg')];
    const { code, answer } = await cli.sanad(...words, '--kind', 'selfie', '--consent', '--json');
    expect([code, answer.problem?.code]).toEqual([5, 'document_kind_unknown']);
  });

  it('is watched on its way, and its certificate is fetched when it is confirmed', async () => {
    const watching = cli.sanad('registration', 'watch', 'office', '--json');
    const kept = join(cli.home, 'config', 'registration', `${id}.json`);
    const until = async (state: string) =>
      await expect
        .poll(() => readFileSync(kept, 'utf8'), { timeout: 30_000 })
        .toContain(`"state": "${state}"`);
    await review('file', id);
    await until('filed_with_authority');
    await review('verify', id);
    await until('verifying');
    await attest(id);
    await expect.poll(() => readFileSync(kept, 'utf8'), { timeout: 30_000 }).toMatch(/"certificate": "/);
    cli.interrupt();
    const { code, stdout } = await watching;
    const said = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly registration: Registration }).registration);
    expect(code).toBe(0);
    // Whether the first look comes before the first act is chance.
    const states = new Set(said.map(({ state }) => state).filter((state) => state !== 'submitted'));
    expect([...states]).toEqual(['filed_with_authority', 'verifying', 'attested']);
  });

  it('is renewed by hand: the same certificate while it is young, another after a new attestation', async () => {
    const isNew = async () => (await sanad('renew', 'office')).answer['renewed'];
    expect(await isNew()).toMatchObject([{ isNew: false, delivery: null }]);
    await attest(id, 'renew');
    expect(await isNew()).toMatchObject([{ isNew: true, delivery: null }]);
  });

  it('is suspended and reinstated, in the reviewer’s words', async () => {
    await review('suspend', id, '--note', 'Your number is being checked.');
    const suspended = await cli.sanad('registration', 'show', 'office');
    expect(suspended.stdout).toMatch(/^Note {10}Your number is being checked\.$/m);
    expect(suspended.stdout).toContain('ask the gateway’s operator: help@gateway.test');
    const { code, answer } = await cli.sanad('registration', 'renew', 'office', '--json');
    expect([code, answer.problem?.code]).toEqual([4, 'certificate_unavailable']);
    await review('reinstate', id);
    expect(registrationIn(await sanad('show', 'office'))).toMatchObject({ state: 'attested' });
  });

  it('is amended by one for another VPN server, which ends it when its certificate is fetched', async () => {
    const moved = exampleConf.replace(PUBLIC_KEY, OTHER_KEY).replace('vpn.example', 'new.example');
    await importConf(cli, 'moved', moved);
    const amended = registrationIn(await sanad('amend', 'office', '--tunnel', 'moved', '--consent'));
    expect(amended).toMatchObject({
      ...{ state: 'submitted', amends: id, endpoints: [{ host: 'new.example' }] },
      fields: {
        ...{ ...FREELANCER_FIELDS, cnic: '3520212345678' },
        mobile_number: '+923007654321',
        vpn_specification: 'WireGuard (UDP)',
      },
    });
    const before = registrationIn(await sanad('show', 'office'));
    expect(before).toMatchObject({ state: 'attested', amended_by: amended.id });
    expect(before.certificate).not.toBeNull();
    await attest(amended.id);
    expect(registrationIn(await sanad('show', 'moved')).certificate).not.toBeNull();
    expect(registrationIn(await sanad('show', 'office'))).toMatchObject({
      ...{
        state: 'ended',
        nextStep: `See the one that took its place: sanad registration show ${amended.id}`,
      },
    });
  });

  it('is withdrawn with this computer’s signature, and stays so', async () => {
    const withdrawn = await sanad('withdraw', 'moved', '--note', 'New work', '--yes');
    expect(registrationIn(withdrawn)).toMatchObject({ state: 'ended' });
    expect(registrationIn(await sanad('withdraw', 'moved', '--yes'))).toMatchObject({ state: 'ended' });
    expect(registrationIn(await sanad('show', 'moved')).nextStep).toContain('Register again');
  });

  it('survives the gateway’s restart while it is watched', async () => {
    const waiting = cli.sanad(
      ...['register', 'office', '--profile', 'pk-pta@1', '--route', 'B', '--category', 'freelancer'],
      ...fieldWords(),
      ...['--consent', '--wait', '--json'],
    );
    const folder = join(cli.home, 'config', 'registration');
    await expect.poll(() => newest(folder), { timeout: 30_000 }).toMatch(/"state": "submitted"/);
    const { id: waited } = (JSON.parse(newest(folder)) as { readonly view: RegistrationView }).view;
    await gateway.stop('SIGTERM');
    await gateway.start();
    await review('reject', waited, '--note', 'The authority refused.');
    expect(await waiting).toMatchObject({ code: 4, answer: { problem: { code: 'registration_rejected' } } });
  });
});
