import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { findAnchor } from '#client/anchor/read-anchors.ts';
import { nodePrimitives } from '#client/node-primitives.ts';
import { profileFor } from '#client/profile/known-profiles.ts';
import { ProfileCache } from '#client/profile/profile-cache.ts';
import { updateProfiles } from '#client/profile/update-profiles.ts';
import { follow } from '#client/registration/follow.ts';
import { submit } from '#client/registration/submit.ts';
import { makeReport } from '#client/report/make-report.ts';
import { openSignedProfile } from '#shared/registration/authority-profile/signed-profile.ts';
import { restoreKeySet } from '#shared/registration/key-set.ts';
import { issueProfile, profileKeyClaims } from '#test/shared/registration/authority-profile/issue-profile.ts';
import { smallProfileDocument } from '#test/shared/registration/authority-profile/small-profile.ts';
import { issueKeySet, keySetClaims, makeGateway } from '#test/shared/registration/issue.ts';
import { acceptAll, ID, useTestClient, viewOf } from '../registration/test-client.ts';

const world = useTestClient();

const jwt = (text: string) => (response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'application/jwt' }).end(text);

const fields = [
  { id: 'book', label: { en: 'Book' }, kind: 'identifier', level: 'optional', scope: 'registration' },
  {
    ...{ id: 'yard', label: { en: 'Yard' }, kind: 'text', level: 'optional', scope: 'registration' },
    reported: true,
  },
  { id: 'reason', label: { en: 'Reason' }, kind: 'paragraph', level: 'optional', scope: 'registration' },
];

/** A case by a profile of the gateway's own, with answers to it. */
async function caseByOwnProfile(): Promise<void> {
  world.script = acceptAll;
  const profile = 'xx-small@3';
  world.answerJson('POST /v1/registration', { ...viewOf('submitted'), profile });
  const registration = await submit(world.context, { ...world.application(), profile });
  const answers = { reason: 'a private matter', yard: 'Blue yard', book: '998877665' };
  world.answerJson(`GET /v1/registration/${ID}`, { ...viewOf('verifying'), profile, fields: answers });
  await follow(world.context, registration);
}

async function takeProfile(): Promise<void> {
  const { fields: before } = smallProfileDocument({ version: 3 });
  const profile = smallProfileDocument({ version: 3, fields: [...before, ...fields] });
  const keys = [...keySetClaims(world.signing).keys, ...profileKeyClaims()];
  world.answer('GET /v1/key-set', jwt(issueKeySet(world.signing, { keys })));
  world.answerJson('GET /v1/profile', { profiles: [{ id: 'xx-small', version: 3 }] });
  world.answer('GET /v1/profile/xx-small%403', jwt(issueProfile(world.signing, { profile })));
  await updateProfiles(world.context, await findAnchor(world.context.anchors, undefined));
}

const detailsOfReport = async () => {
  const { verdict } = await makeReport(world.context, { asOf: undefined, subject: null });
  return verdict.report.entries[0]?.details;
};

it('a report tells answers as the profile says that the gateway signed', async () => {
  await takeProfile();
  await caseByOwnProfile();
  expect(await detailsOfReport()).toEqual([
    { name: 'book', value: '••••••665', masked: true, label: { en: 'Book' } },
    { name: 'yard', value: 'Blue yard', masked: false, label: { en: 'Yard' } },
  ]);
});

const allMasked = [
  { name: 'reason', value: '• ••••••• ••tter', masked: true },
  { name: 'yard', value: '•••• ••rd', masked: true },
  { name: 'book', value: '••••••665', masked: true },
];

it('a report masks every answer where the profile is not here', async () => {
  await caseByOwnProfile();
  expect(await detailsOfReport()).toEqual(allMasked);
});

it('a report tells no answer because another gateway says that it is not personal', async () => {
  const other = makeGateway('https://other.test');
  world.gateway.fetcher.installAnchor({ ...other.anchor, name: 'other' });
  const { fields: before } = smallProfileDocument({ version: 3 });
  const open = fields.map((field) => ({ ...field, masked: false, reported: true }));
  const profile = smallProfileDocument({ version: 3, fields: [...before, ...open] });
  const keys = [...keySetClaims(other).keys, ...profileKeyClaims()];
  const text = issueKeySet(other, { keys });
  const keySet = restoreKeySet({ text, anchor: other.anchor, primitives: nodePrimitives });
  const signed = openSignedProfile({
    ...{ text: issueProfile(other, { profile }), keySet, primitives: nodePrimitives },
  });
  const seen = new Map<string, never>();
  const cache = new ProfileCache(world.context.configDirectory);
  await cache.change(other.anchor, () => ({ keep: { keySet, profiles: [signed], seen }, result: undefined }));
  expect((await profileFor(world.context, 'xx-small@3')).reference).toBe('xx-small@3');
  await caseByOwnProfile();
  expect(await detailsOfReport()).toEqual(allMasked);
});
