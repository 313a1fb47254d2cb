import type { ServerResponse } from 'node:http';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findAnchor } from '#client/anchor/read-anchors.ts';
import { takeReminder, upcomingDeadlines } from '#client/profile/deadline-notice.ts';
import { currentProfiles, profileFor, profileNamed } from '#client/profile/known-profiles.ts';
import { updateProfiles } from '#client/profile/update-profiles.ts';
import { usualTimeOf } from '#client/profile/usual-time.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { PAKISTAN, profileJson } from '../../authority/profiles.ts';
import { issueKeySet, keySetClaims, makeGateway, makeKey, NOW } from '../../shared/registration/issue.ts';
import { issueProfile, profileKeyClaims } from '../../shared/registration/authority-profile/issue-profile.ts';
import { smallProfileDocument } from '../../shared/registration/authority-profile/small-profile.ts';
import { useTestClient, viewOf } from '../registration/test-client.ts';

const world = useTestClient();

const jwt = (text: string) => (response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'application/jwt' }).end(text);

/** The gateway offers these, each signed by its profile key. */
function offer(...profiles: readonly { readonly id: string; readonly version: number }[]): void {
  const keys = [...keySetClaims(world.signing).keys, ...profileKeyClaims()];
  world.answer('GET /v1/key-set', jwt(issueKeySet(world.signing, { keys })));
  const listed = profiles.map(({ id, version }) => ({ id, version }));
  world.answerJson('GET /v1/profile', { profiles: listed });
  for (const profile of profiles) {
    world.answer(path(profile), jwt(issueProfile(world.signing, { profile })));
  }
}
const path = ({ id, version }: { readonly id: string; readonly version: number }) =>
  `GET /v1/profile/${id}%40${version}`;
const small = (version: number, changes: object = {}) => smallProfileDocument({ version, ...changes });

const update = async () =>
  await updateProfiles(world.context, await findAnchor(world.context.anchors, undefined));
const outcomes = async () =>
  (await update()).map(({ reference, outcome, problem }) => [reference, outcome, problem?.code ?? null]);
const here = async () =>
  (await currentProfiles(world.context)).map(({ profile }) => profile.reference).toSorted();

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SanadError) return error.problem.code;
    throw error;
  }
  return 'done';
}

describe('profiles on this computer', () => {
  it('come with the program, without a network and before anybody was asked', async () => {
    const { profile, origin } = await profileNamed(world.context, 'pk-pta');
    expect([profile.reference, origin]).toEqual(['pk-pta@1', null]);
    expect((await profileFor(world.context, 'pk-pta@1')).reference).toBe('pk-pta@1');
    expect(await codeOf(profileFor(world.context, 'xx-small@3'))).toBe('profile_not_here');
    expect(world.gateway.requests).toEqual([]);
  });

  it('are fetched once, and are here from then on, without the gateway', async () => {
    offer(small(3));
    expect(await outcomes()).toEqual([['xx-small@3', 'new', null]]);
    expect(await outcomes()).toEqual([['xx-small@3', 'known', null]]);
    expect(world.gateway.requests.filter(({ url }) => url.includes('xx-small'))).toHaveLength(1);
    world.gateway.routes.clear();
    expect((await profileFor(world.context, 'xx-small@3')).reference).toBe('xx-small@3');
    expect(await here()).toEqual(['pk-pta@1', 'xx-small@3']);
  });

  it('are updated, and old versions stay for old cases', async () => {
    offer(small(3));
    await update();
    offer(small(4));
    expect(await outcomes()).toEqual([['xx-small@4', 'new', null]]);
    expect(await here()).toEqual(['pk-pta@1', 'xx-small@4']);
    expect((await profileFor(world.context, 'xx-small@3')).document.version).toBe(3);
  });

  it('never become older, nor others of the same version', async () => {
    offer(small(4));
    await update();
    offer(small(3));
    expect(await outcomes()).toEqual([['xx-small@3', 'refused', 'profile_older']]);
    // Listed as new, and in truth an older one.
    world.answerJson('GET /v1/profile', { profiles: [{ id: 'xx-small', version: 5 }] });
    world.answer(
      path({ id: 'xx-small', version: 5 }),
      jwt(issueProfile(world.signing, { profile: small(3) })),
    );
    expect(await outcomes()).toEqual([['xx-small@5', 'refused', 'profile_older']]);
    expect(await here()).toEqual(['pk-pta@1', 'xx-small@4']);
  });

  it('never become older where the newer one is kept no more for the number of others', async () => {
    offer(small(4));
    await update();
    const others = Array.from({ length: 40 }, (_, at) => small(1, { id: `xx-other-${at}` }));
    offer(...others);
    const taken = await outcomes();
    expect(taken.filter(([, outcome]) => outcome === 'new')).toHaveLength(31);
    expect(taken.at(-1)).toEqual(['xx-other-39@1', 'refused', 'profile_too_many']);
    offer(small(3));
    expect(await outcomes()).toEqual([['xx-small@3', 'refused', 'profile_older']]);
    expect(await here()).toContain('xx-small@4');
  });

  it('lose old versions first where there are many', async () => {
    offer(small(1, { id: 'xx-other' }));
    await update();
    for (let version = 1; version <= 33; version += 1) {
      offer(small(version));
      await update();
    }
    expect(await here()).toEqual(['pk-pta@1', 'xx-other@1', 'xx-small@33']);
    expect(await codeOf(profileFor(world.context, 'xx-small@2'))).toBe('profile_not_here');
    expect((await profileFor(world.context, 'xx-small@3')).reference).toBe('xx-small@3');
  });

  it('never become older, nor others of the same version, with a new profile key', async () => {
    offer(small(4));
    await update();
    const signer = makeKey();
    const offerAnew = (version: number, profile: ReturnType<typeof small>, keySetVersion: number): void => {
      const role = { kid: signer.kid, ...signer.publicJwk, roles: ['profile'], assurances: [] };
      const keys = [...keySetClaims(world.signing).keys, role];
      const keySet = issueKeySet(world.signing, { keys, version: keySetVersion });
      world.answer('GET /v1/key-set', jwt(keySet));
      world.answerJson('GET /v1/profile', { profiles: [{ id: 'xx-small', version }] });
      world.answer(path({ id: 'xx-small', version }), jwt(issueProfile(world.signing, { profile, signer })));
    };
    offerAnew(3, small(3), 100);
    expect(await outcomes()).toEqual([['xx-small@3', 'refused', 'profile_older']]);
    offerAnew(5, small(3), 101);
    expect(await outcomes()).toEqual([['xx-small@5', 'refused', 'profile_older']]);
    offerAnew(4, small(4, { maintainer: { name: 'Another', contact: 'another@office.example' } }), 102);
    expect(await outcomes()).toEqual([['xx-small@4', 'refused', 'profile_conflict']]);
    offerAnew(4, small(4), 103);
    expect(await outcomes()).toEqual([['xx-small@4', 'new', null]]);
  });

  it('of the program’s version say what the program’s say', async () => {
    const other = {
      ...profileJson(PAKISTAN),
      requires: [],
      exempt_providers: [{ name: 'X', source: 'pta_faq' }],
    };
    offer({ ...other, id: 'pk-pta', version: 1 });
    expect(await outcomes()).toEqual([['pk-pta@1', 'refused', 'profile_conflict']]);
    offer({ ...profileJson(PAKISTAN), id: 'pk-pta', version: 1 });
    expect(await outcomes()).toEqual([['pk-pta@1', 'new', null]]);
  });

  it('are this gateway’s where it has one, also where the program’s is newer', async () => {
    offer({ ...profileJson(PAKISTAN), id: 'pk-pta', version: 2 });
    await update();
    const { origin } = world.gateway.anchor;
    expect((await profileNamed(world.context, 'pk-pta', origin)).profile.reference).toBe('pk-pta@2');
    expect((await profileNamed(world.context, 'pk-pta', origin)).origin).toBe(origin);
    expect((await profileFor(world.context, 'pk-pta@1', origin)).reference).toBe('pk-pta@1');
  });

  it('one that is refused keeps no other one out', async () => {
    offer(small(3, { requires: ['tides'] }), small(1, { id: 'xx-other' }));
    expect(await outcomes()).toEqual([
      ['xx-small@3', 'refused', 'profile_feature_unknown'],
      ['xx-other@1', 'new', null],
    ]);
  });

  it('under a key set that no root key of the gateway signed are not taken', async () => {
    const forged = makeGateway(world.gateway.anchor.origin);
    offer(small(3));
    const keys = [...keySetClaims(forged).keys, ...profileKeyClaims()];
    world.answer('GET /v1/key-set', jwt(issueKeySet(forged, { keys })));
    expect(await codeOf(update())).toBe('key_set_root_unknown');
    expect(await here()).toEqual(['pk-pta@1']);
  });

  it('that somebody changed on the disk are not there', async () => {
    offer(small(3));
    await update();
    const folder = join(world.context.configDirectory, 'profile');
    const name = readdirSync(folder).find((file) => file.endsWith('.json')) ?? '';
    const kept = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { profiles: string[] };
    const forged = issueProfile(world.signing, { profile: small(9), signer: world.signing.certificateKey });
    writeFileSync(join(folder, name), JSON.stringify({ ...kept, profiles: [forged] }));
    expect(await here()).toEqual(['pk-pta@1']);
  });

  it('are those of the gateways that are joined: another’s cache counts for nothing', async () => {
    offer(small(3));
    await update();
    const context = { ...world.context, anchors: { ...world.context.anchors, directory: '/nowhere' } };
    expect((await currentProfiles(context)).map(({ profile }) => profile.reference)).toEqual(['pk-pta@1']);
  });
});

describe('deadlines of the rules last fetched', () => {
  const deadline = (date: string, status = 'in_force') => ({
    deadlines: [{ id: 'end', title: { en: 'The end' }, date, status, announced: null, source: 'page' }],
  });
  const left = async (today: string) =>
    (await upcomingDeadlines(world.context, today)).map(({ title, daysLeft }) => [title['en'], daysLeft]);

  it('are known without reading a profile, move with a newer one and disappear when withdrawn', async () => {
    expect(await left('2027-01-01')).toEqual([]);
    offer(small(3, deadline('2027-01-31')));
    await update();
    expect(await left('2027-01-01')).toEqual([['The end', 30]]);
    expect(await left('2027-02-01')).toEqual([]);
    offer(small(4, deadline('2027-02-28')));
    await update();
    expect(await left('2027-02-01')).toEqual([['The end', 27]]);
    offer(small(5, deadline('2027-02-28', 'withdrawn')));
    await update();
    expect(await left('2027-02-01')).toEqual([]);
  });

  it('are reminded of once for each step, which is kept', async () => {
    offer(small(3, deadline('2027-01-31')));
    await update();
    const remind = async (today: string) => (await takeReminder(world.context, today))?.daysLeft;
    const days = [
      '2026-12-31',
      '2027-01-01',
      '2027-01-01',
      '2027-01-02',
      '2027-01-24',
      '2027-01-30',
      '2027-01-31',
    ];
    const said: unknown[] = [];
    for (const day of days) {
      said.push(await remind(day));
      await update();
    }
    expect(said).toEqual([undefined, 30, undefined, undefined, 7, 1, undefined]);
  });
});

describe('a note of deadlines that cannot be read', () => {
  it('keeps nobody from anything, and is written anew with the next update', async () => {
    offer(small(3));
    await update();
    const file = join(world.context.configDirectory, 'profile-notice', 'deadline.json');
    writeFileSync(file, '{');
    expect(await upcomingDeadlines(world.context, '2027-01-01')).toEqual([]);
    expect(await takeReminder(world.context, '2027-01-01')).toBeUndefined();
    await update();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ ver: 1 });
  });
});

describe('the usual time of a case', () => {
  it('is told while the authority has it, and otherwise not', async () => {
    const of = (state: string) => {
      const view = {
        ...viewOf(state),
        state,
        fields: {},
        thread: [],
        documents: [],
        amends: null,
        amended_by: null,
      };
      return usualTimeOf(world.context, { view: view as never, origin: world.gateway.anchor.origin });
    };
    const usual = await of('filed_with_authority');
    expect(usual?.from).toBeGreaterThan(NOW);
    expect(usual?.until).toBeGreaterThanOrEqual(usual?.from ?? Infinity);
    expect(await of('verifying')).toBeNull();
    expect(await of('submitted')).toBeNull();
  });
});
