import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodePrimitives } from '#gateway/key/node-primitives.ts';
import type { CaseView, GatewayAnswer, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { parseAnchor } from '#shared/contract/anchor-file.ts';
import { acceptProfile } from '#shared/registration/authority-profile/signed-profile.ts';
import { restoreKeySet } from '#shared/registration/key-set.ts';
import { PAKISTAN, profileJson } from '../../authority/profiles.ts';
import { reviewerOf, submit } from '../reviewing.ts';
import {
  makeSigner,
  nowSeconds,
  run,
  send,
  startGateway,
  submissionOf,
  type RunningGateway,
  type Signer,
} from '../running-gateway.ts';

let gateway: RunningGateway;
let folder: string;
let device: Signer;
let reviewer: Signer;
let count = 0;

beforeAll(async () => {
  gateway = await startGateway();
  folder = mkdtempSync(join(tmpdir(), 'sanad-profile-'));
  device = await makeSigner();
  reviewer = reviewerOf(gateway, 'reviewer');
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
  rmSync(folder, { recursive: true });
});

const inGateway = (name: string) => join(gateway.directory, name);
const get = (path: string) => send(gateway, { method: 'GET', path });
const offered = async () => (await get('/v1/profile')).json<GatewayAnswer<'profileList'>>().profiles;

/** Writes a profile to a file and signs it. */
async function signed(profile: object, key = 'profile-signer/profile.key.json') {
  const file = join(folder, `${count++}.json`);
  writeFileSync(file, JSON.stringify(profile));
  const output = `${file}.jwt`;
  const options = ['--origin', gateway.origin, '--key', inGateway(key), '--output', output];
  return { ...(await run('profile', 'sign', file, ...options)), output };
}

const add = (file: string) => run('profile', 'add', file, '--dir', gateway.directory);
/** The next version, which asks for one more thing. */
const next = (version = 2) => {
  const profile = profileJson(PAKISTAN);
  const more = {
    ...{ id: 'city', label: { en: 'City', ur: 'شہر' }, kind: 'text' },
    ...{ level: 'required', scope: 'applicant' },
  };
  return { ...profile, version, fields: [...(profile['fields'] as readonly object[]), more] };
};

describe('a new gateway', () => {
  it('has a profile key of its own, apart from the issuer and for its owner alone', () => {
    expect(statSync(inGateway('profile-signer')).mode & 0o777).toBe(0o700);
    expect(statSync(inGateway('profile-signer/profile.key.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(inGateway('issuer')).filter((name) => name.includes('profile'))).toEqual([]);
  });

  it('offers what comes with the program, signed by that key, which may do nothing else', async () => {
    expect(await offered()).toEqual([{ id: 'pk-pta', version: 1 }]);
    const answer = await get('/v1/profile/pk-pta');
    expect([answer.status, answer.contentType]).toEqual([200, 'application/jwt']);
    expect((await get('/v1/profile/pk-pta@1')).text).toBe(answer.text);
    const anchor = parseAnchor(readFileSync(inGateway('anchor.json'), 'utf8'));
    const text = readFileSync(inGateway('key-set.jwt'), 'utf8').trim();
    const keySet = restoreKeySet({ text, anchor, primitives: nodePrimitives });
    const clock = { now: nowSeconds(), floor: 0 };
    const source = { text: answer.text, keySet, clock, primitives: nodePrimitives };
    expect(acceptProfile({ ...source, stored: undefined }).profile.reference).toBe('pk-pta@1');
    const kid = (
      JSON.parse(Buffer.from(answer.text.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }
    ).kid;
    expect(keySet.keys.get(kid)).toMatchObject({ roles: ['profile'], assurances: [] });
  });

  it.each(['nothing', 'pk-pta@2', 'pk-pta@1.jwt', '..%2fanchor.json', 'constructor'])(
    'offers no %s',
    async (name) => {
      expect((await get(`/v1/profile/${name}`)).problem()).toMatchObject({
        ...{ status: 404, code: 'profile_not_offered' },
      });
    },
  );
});

describe('sanad-gateway profile', () => {
  it.each<readonly [string, object, string]>([
    ['that lacks a member', { ...profileJson(PAKISTAN), portal: undefined }, 'profile_malformed'],
    ['whose parts do not fit', { ...profileJson(PAKISTAN), categories: [] }, 'profile_malformed'],
    ['of a newer format', { ...profileJson(PAKISTAN), format: 2 }, 'profile_format_unknown'],
  ])('signs none %s', async (_what, profile, code) => {
    const { code: exit, stderr } = await signed(profile);
    expect([exit, stderr]).toEqual([2, expect.stringContaining(`(${code})`)]);
  });

  it('adds none that was signed with another key, whoever’s', async () => {
    for (const key of ['issuer/certificate.key.json', 'offline/root.key.json']) {
      const { output } = await signed(next(), key);
      const { code, stderr } = await add(output);
      expect([code, stderr]).toEqual([2, expect.stringContaining('(profile_key_not_allowed)')]);
    }
    expect(await offered()).toEqual([{ id: 'pk-pta', version: 1 }]);
  });

  it('adds none of a version that is there with other rules', async () => {
    const { output } = await signed(next(1));
    expect((await add(output)).stderr).toContain('(profile_conflict)');
  });

  it('adds a new version, which new cases are judged by, and old ones are not', async () => {
    const old = (await submit(gateway, device)).json<RegistrationView>();
    const { code, output, stdout } = await signed(next());
    expect([code, stdout]).toEqual([0, expect.stringContaining('pk-pta@2 signed')]);
    expect((await add(output)).code).toBe(0);
    await expect.poll(offered, { timeout: 30_000 }).toEqual([
      { id: 'pk-pta', version: 2 },
      { id: 'pk-pta', version: 1 },
    ]);
    expect((await get('/v1/profile/pk-pta')).text).toBe(readFileSync(output, 'utf8').trim());
    expect((await submit(gateway, device)).problem().code).toBe('profile_superseded');
    const of = (fields: object) =>
      send(gateway, {
        ...{ method: 'POST', path: '/v1/registration', signer: device },
        body: {
          ...submissionOf(device),
          profile: 'pk-pta@2',
          fields: { ...submissionOf(device).fields, ...fields },
        },
      });
    expect((await of({})).json()).toMatchObject({ missing: ['city'] });
    expect((await of({ city: 'Lahore' })).status).toBe(200);
    const path = `/v1/case/${old.id}`;
    const shown = (await send(gateway, { method: 'GET', path, signer: reviewer })).json<CaseView>();
    expect(shown).toMatchObject({ profile: 'pk-pta@1', completeness: 66 });
    expect(shown.missing_documents).toEqual(['cnic_front', 'cnic_back', 'client_proof']);
    // Nor does the older one come back.
    expect((await add(inGateway('profile/pk-pta@1.jwt'))).stderr).toContain('(profile_older)');
  });

  it('lists what is there, in words and for programs', async () => {
    const { stdout } = await run('profile', 'list', '--dir', gateway.directory);
    expect(stdout).toMatch(/pk-pta@1 +signed \d{4}-\d\d-\d\d +for old cases/);
    expect(stdout).toMatch(/pk-pta@2 +signed \d{4}-\d\d-\d\d +for new cases/);
    const json = await run('profile', 'list', '--dir', gateway.directory, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      profiles: [{ reference: 'pk-pta@1' }, { is_current: true }],
    });
  });

  it('lists for a gateway without signed ones what its cases are judged by', async () => {
    const copy = join(folder, 'old');
    cpSync(gateway.directory, copy, {
      recursive: true,
      filter: (name) => !/profile|storage|issuer|document/.test(name),
    });
    const { stdout } = await run('profile', 'list', '--dir', copy);
    expect(stdout).toMatch(/pk-pta@1 +comes with the program, not signed +for new cases/);
  });

  it('warns whoever attests a case that lacks a document', async () => {
    const cases = await gateway.review('list');
    const [first] = (JSON.parse(cases.stdout) as { cases: readonly { id: string }[] }).cases;
    const { stdout } = await gateway.review('attest', first?.id ?? '', '--authority', 'pk-pta');
    expect(JSON.parse(stdout)).toMatchObject({
      registration: { state: 'attested' },
      warnings: expect.arrayContaining([expect.stringContaining('cnic_front')]) as string[],
    });
  });
});
