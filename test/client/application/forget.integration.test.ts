import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ApplicationStore } from '#client/application/application-store.ts';
import { forgetAll, remainingElsewhere } from '#client/application/forget.ts';
import { follow } from '#client/registration/follow.ts';
import { RegistrationArchive } from '#client/archive/registration-archive.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import { submit } from '#client/registration/submit.ts';
import { watchRegistration } from '#client/registration/watch.ts';
import { VAULT_KEY_ACCOUNT } from '#client/vault/vault-key.ts';
import { NOW } from '#test/shared/registration/issue.ts';
import { acceptAll, ID, useTestClient, viewOf } from '../registration/test-client.ts';

const world = useTestClient();

const CNIC = '3520212345678';
const fields = { cnic: CNIC, mobile_number: '03001234567', source_address: '39.32.10.1' };
/** What a gateway tells of a case: what was answered, and what was said about it. */
const told = (state: string, changes: object = {}) => ({
  ...viewOf(state),
  ...{ fields, note: `Is ${CNIC} yours?`, amends: null, amended_by: null, documents: [] },
  thread: [{ sequence: 1, at: NOW, from: 'reviewer', text: `Is ${CNIC} yours?` }],
  ...changes,
});

const path = (...names: string[]): string => join(world.context.configDirectory, ...names);

/** The files that say who somebody is, or what was said of it. */
function telling(): readonly string[] {
  const entries = readdirSync(path(), { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return files.filter((file) => /3520212345678|03001234567/.test(readFileSync(file, 'latin1')));
}

async function submitted() {
  world.script = acceptAll;
  world.answerJson('POST /v1/registration', told('submitted'));
  world.answerJson(`GET /v1/registration/${ID}`, told('needs_information', { changed_at: NOW + 1 }));
  return await submit(world.context, { ...world.application(), fields });
}

async function knownApplicant(): Promise<void> {
  const applicant = { version: 1, profile: 'pk-pta', fields, documents: {}, changed_at: NOW } as const;
  await new ApplicationStore(world.context).keepApplicant(applicant);
}

/** As an earlier Sanad kept it. */
async function keptInFull(): Promise<void> {
  await submitted();
  const file = path('registration', `${ID}.json`);
  const stored = JSON.parse(readFileSync(file, 'utf8')) as { view: object };
  writeFileSync(file, JSON.stringify({ ...stored, view: { ...stored.view, ...told('verifying') } }));
  expect(telling()).toEqual([file]);
}

describe('what a registration says of a person', () => {
  it('comes with each answer of the gateway, and lies in no file', async () => {
    const registration = await submitted();
    expect(registration.view.fields).toEqual(fields);
    expect(telling()).toEqual([]);
    const followed = await follow(world.context, registration);
    expect(followed.registration.view).toMatchObject({ fields, thread: [{ sequence: 1 }] });
    expect(followed.registration.view.note).toContain(CNIC);
    expect(telling()).toEqual([]);
  });

  it('nor does it on its way: sent again after a lost answer it is the same, by a mark that tells nothing', async () => {
    world.script = acceptAll;
    const application = { ...world.application(), fields };
    world.answer('POST /v1/registration', (response) => void response.destroy());
    await expect(submit(world.context, application)).rejects.toThrow();
    expect(readdirSync(path('registration-draft'))).toEqual(['office.json']);
    expect(telling()).toEqual([]);
    world.context = { ...world.context, now: () => NOW + 60 };
    const reordered = Object.fromEntries(Object.entries(fields).toReversed());
    await expect(submit(world.context, { ...application, fields: reordered })).rejects.toThrow();
    const changed = { ...application, fields: { ...fields, cnic: '3520212345679' } };
    await expect(submit(world.context, changed)).rejects.toThrow();
    const [first, again, other] = world.gateway.requests;
    expect(again?.body).toBe(first?.body);
    expect(again?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    expect(other?.headers['idempotency-key']).not.toBe(first?.headers['idempotency-key']);
  });

  it('nor is it left by a watch, or by a certificate', async () => {
    const registration = await submitted();
    await world.attest();
    world.answerJson(`GET /v1/registration/${ID}`, told('attested'));
    const { registration: attested } = await follow(world.context, registration);
    expect(attested.certificate).not.toBeNull();
    expect(attested.view.fields).toEqual(fields);
    world.answer(`GET /v1/registration/${ID}/event`, (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const view = JSON.stringify(told('attested', { changed_at: NOW + 2 }));
      response.write(`event: snapshot\ndata: ${view}\n\n`);
    });
    const end = new AbortController();
    const options = { signal: end.signal, onLost: () => undefined, random: () => 0 };
    for await (const { registration: seen } of watchRegistration(world.context, attested, options)) {
      expect(seen.view.fields).toEqual(fields);
      end.abort();
    }
    expect((await world.stored()).view).toMatchObject({ changed_at: NOW + 2, fields: {}, note: null });
    expect(telling()).toEqual([]);
  });

  it('goes from the file of an earlier Sanad as soon as that is read; its report keeps what it may tell', async () => {
    await keptInFull();
    expect(await world.stored()).toMatchObject({ view: { state: 'verifying', fields: {}, thread: [] } });
    expect(telling()).toEqual([]);
    const [known] = await new RegistrationArchive(world.context.configDirectory).all();
    expect(known?.details).toContainEqual(
      expect.objectContaining({ name: 'source_address', value: '39.32.10.1', masked: false }),
    );
  });
});

describe('forgetting everything', () => {
  it('holds: what the gateway says afterwards is not kept either', async () => {
    await keptInFull();
    await knownApplicant();
    expect(await forgetAll(world.context)).toEqual({ unreadable: [] });
    expect(telling()).toEqual([]);
    expect(await new RegistrationArchive(world.context.configDirectory).all()).toEqual([]);
    await follow(world.context, await world.stored());
    expect(telling()).toEqual([]);
  });

  it('goes on past a damaged file and says which; the key is gone in any case', async () => {
    await keptInFull();
    await knownApplicant();
    mkdirSync(path('registration-draft'), { recursive: true });
    writeFileSync(path('registration-draft', 'office.json'), `{ "torn": "${CNIC}`);
    writeFileSync(path('registration', 'x.json.0123456789ab.new'), `{ "half": "${CNIC}`);
    const damaged = path('registration', '5f8fad5b-d9cb-469f-a165-708677289511.json');
    writeFileSync(damaged, '{ "version": 1, "torn');
    expect(await remainingElsewhere(world.context)).toMatchObject([{ registration: ID }]);
    expect(await forgetAll(world.context)).toEqual({ unreadable: [damaged] });
    expect(await world.context.keychain.get(VAULT_KEY_ACCOUNT)).toBeUndefined();
    expect(existsSync(path('vault'))).toBe(false);
    expect(telling()).toEqual([]);
    expect((await new RegistrationStore(world.context.configDirectory).readable()).records).toHaveLength(1);
  });

  it('forgets all that it can where the keychain does not answer, and says so', async () => {
    await keptInFull();
    await knownApplicant();
    const locked = () => Promise.reject(new Error('locked'));
    const keychain = { ...world.context.keychain, delete: locked };
    await expect(forgetAll({ ...world.context, keychain })).rejects.toThrow('locked');
    expect(existsSync(path('vault'))).toBe(false);
    expect(telling()).toEqual([]);
  });
});
