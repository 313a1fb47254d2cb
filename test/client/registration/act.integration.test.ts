import { createHash, createPublicKey, verify, type webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { answerQuestion } from '#client/registration/answer.ts';
import { addDocument, removeDocument } from '#client/registration/document.ts';
import { readDocumentFile } from '#client/document/document-file.ts';
import { actOnce } from '#client/registration/act-once.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import { withoutDetails } from '#client/registration/stored-registration.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import { submit } from '#client/registration/submit.ts';
import { withdraw } from '#client/registration/withdraw.ts';
import {
  MAX_DOCUMENT_BYTES,
  WITHDRAWAL_TYPE,
  withdrawalSchema,
  type DocumentView,
} from '#shared/contract/gateway-contract.ts';
import { pngOf } from '#test/shared/document/samples.ts';
import { NOW } from '#test/shared/registration/issue.ts';
import { json, refuse, type Respond } from '../gateway/scripted-gateway.ts';
import { ID, unexpected, useTestClient, viewOf } from './test-client.ts';

const NEW_ID = '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10';
const DOCUMENT_ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const PNG = pngOf(3, 2);
const limits = { bytes: MAX_DOCUMENT_BYTES };

const world = useTestClient();
const drafts = (): readonly string[] => {
  const folder = join(world.context.configDirectory, 'registration-act');
  return existsSync(folder) ? readdirSync(folder) : [];
};
const message = (sequence: number, from: 'registrant' | 'reviewer', text: string) => ({
  ...{ sequence, at: NOW, from, text },
});
const lost: Respond = (response) => void response.destroy();
const sent = (path: string) => world.gateway.requests.filter(({ url }) => url === path);

/** Twice the same act: the first answer is lost, the second is this one. */
async function triedTwice<Result>(
  path: string,
  answer: unknown,
  act: () => Promise<Result>,
): Promise<Result> {
  world.answer(`POST ${path}`, lost);
  await expect(act()).rejects.toMatchObject({ problem: { kind: 'gateway' } });
  world.answerJson(`POST ${path}`, answer);
  world.context = { ...world.context, now: () => NOW + 100 };
  const result = await act();
  const [first, second] = sent(path);
  expect(second?.body).toBe(first?.body);
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
  expect(second?.headers['signature-input']).not.toBe(first?.headers['signature-input']);
  expect(drafts()).toEqual([]);
  return result;
}

describe('an answer', () => {
  const path = `/v1/registration/${ID}/answer`;
  const question = message(1, 'reviewer', 'Which employer?');
  const asked = () => ({ ...viewOf('needs_information'), note: question.text, thread: [question] });
  const answered = () => ({
    ...viewOf('submitted'),
    thread: [question, message(2, 'registrant', 'Example Ltd')],
  });
  const answer = { text: ' Example Ltd\n', fields: { purpose: 'Remote work for Example Ltd' } };
  const underQuestion = async () => {
    const registration = await world.submitted();
    return {
      ...registration,
      view: { ...registration.view, ...asked(), state: 'needs_information' as const },
    };
  };

  it('carries words and corrected fields, and is kept as what the case is now', async () => {
    const registration = await underQuestion();
    const after = await triedTwice(path, answered(), () =>
      answerQuestion(world.context, registration, answer),
    );
    expect(after.view).toMatchObject({ state: 'submitted', thread: answered().thread });
    expect(await world.stored()).toEqual(withoutDetails(after));
    expect(JSON.parse(sent(path)[0]?.body ?? '')).toEqual({ text: 'Example Ltd', fields: answer.fields });
  });

  it('in other words, or to another question, is another act', async () => {
    const registration = await underQuestion();
    world.answer(`POST ${path}`, lost);
    const again = { ...registration, view: { ...registration.view, thread: [message(9, 'reviewer', '?')] } };
    for (const [to, text] of [
      [registration, 'one'],
      [registration, 'two'],
      [again, 'two'],
    ] as const) {
      await expect(answerQuestion(world.context, to, { text, fields: {} })).rejects.toThrow();
    }
    expect(new Set(sent(path).map(({ headers }) => headers['idempotency-key'])).size).toBe(3);
  });

  it('sent twice at once is one act', async () => {
    const registration = await underQuestion();
    const waiting: ServerResponse[] = [];
    world.answer(`POST ${path}`, (response) => {
      waiting.push(response);
      if (waiting.length === 2) for (const one of waiting) json(one, answered());
    });
    const both = [1, 2].map(() => answerQuestion(world.context, registration, answer));
    const [one, other] = await Promise.all(both);
    expect(one).toEqual(other);
    expect(new Set(sent(path).map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('that the gateway refuses is not kept: it may be personal', async () => {
    world.answer(`POST ${path}`, (response) =>
      refuse(response, 409, { code: 'state_conflict', detail: 'No.', next_action: 'Look.' }),
    );
    const attempt = answerQuestion(world.context, await underQuestion(), answer);
    await expect(attempt).rejects.toMatchObject({ problem: { code: 'state_conflict' } });
    expect(drafts()).toEqual([]);
  });

  it('that nobody waits for is not sent; one that arrived without an answer is found there', async () => {
    const registration = await underQuestion();
    world.answer(`POST ${path}`, lost);
    await expect(answerQuestion(world.context, registration, answer)).rejects.toThrow();
    expect(drafts()).toHaveLength(1);
    const view = { ...registration.view, ...answered(), state: 'submitted' as const };
    const arrived = { ...registration, view };
    expect(await answerQuestion(world.context, arrived, answer)).toEqual(arrived);
    expect(drafts()).toEqual([]);
    const attempt = answerQuestion(world.context, arrived, { text: 'Something else', fields: {} });
    await expect(attempt).rejects.toMatchObject({ problem: { code: 'nothing_asked' } });
    expect(sent(path)).toHaveLength(1);
  });

  it('that a gateway could not take now is kept for later', async () => {
    world.answer(`POST ${path}`, (response) =>
      refuse(response, 507, { code: 'storage_full', detail: 'No room.', next_action: 'Later.' }),
    );
    await expect(answerQuestion(world.context, await underQuestion(), answer)).rejects.toThrow();
    expect(drafts()).toHaveLength(1);
  });

  it.each([
    ['does not show it', () => ({ ...answered(), thread: [question] })],
    [
      'shows other words',
      () => ({ ...answered(), thread: [question, message(2, 'registrant', 'I confess')] }),
    ],
    [
      'puts it into a reviewer’s mouth',
      () => ({ ...answered(), thread: [message(2, 'reviewer', 'Example Ltd')] }),
    ],
    ['still waits for it', () => ({ ...answered(), state: 'needs_information' })],
    ['speaks of another case', () => ({ ...answered(), id: NEW_ID })],
    ['makes it an amendment', () => ({ ...answered(), amends: NEW_ID })],
  ])('to a gateway that %s counts as not given', async (_, lie) => {
    const registration = await underQuestion();
    const before = await world.stored();
    world.answerJson(`POST ${path}`, lie());
    await expect(answerQuestion(world.context, registration, answer)).rejects.toMatchObject(unexpected);
    expect(await world.stored()).toEqual(before);
    expect(drafts()).toHaveLength(1);
  });
});

describe('a withdrawal', () => {
  const path = `/v1/registration/${ID}/withdrawal`;
  const go = async () => await withdraw(world.context, await world.stored(), { note: 'New SIM' });

  it('is a statement that this computer’s key signs, about this registration and gateway', async () => {
    await world.submitted();
    const after = await triedTwice(path, viewOf('withdrawn'), go);
    expect(after.view.state).toBe('withdrawn');
    const { withdrawal, note } = JSON.parse(sent(path)[0]?.body ?? '') as Record<string, string>;
    expect(note).toBe('New SIM');
    const [header = '', payload = '', signature = ''] = (withdrawal ?? '').split('.');
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
    const { jwk, ...rest } = read(header) as { readonly jwk: webcrypto.JsonWebKey };
    expect(rest).toEqual({ alg: 'Ed25519', typ: WITHDRAWAL_TYPE });
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    expect(verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(
      true,
    );
    expect(withdrawalSchema.parse(read(payload))).toEqual({
      ...{ ver: 1, iss: world.gateway.anchor.origin, sub: ID, iat: NOW },
    });
  });

  it('kept so long that the statement is too old is signed anew', async () => {
    await world.submitted();
    world.answer(`POST ${path}`, lost);
    await expect(go()).rejects.toThrow();
    world.answer(`POST ${path}`, (response, { body }) => {
      const { withdrawal } = JSON.parse(body) as { readonly withdrawal: string };
      const { iat } = withdrawalSchema.parse(
        JSON.parse(Buffer.from(withdrawal.split('.')[1] ?? '', 'base64url').toString()),
      );
      if (iat === NOW)
        refuse(response, 422, { code: 'withdrawal_not_fresh', detail: 'Old.', next_action: '.' });
      else json(response, viewOf('withdrawn'));
    });
    world.context = { ...world.context, now: () => NOW + 3600 };
    expect((await go()).view.state).toBe('withdrawn');
    expect(drafts()).toEqual([]);
  });

  it('has what was on its way for the case forgotten, and nothing of another case', async () => {
    await world.submitted();
    const act = { body: z.null(), compose: () => null, intent: 'x', origin: world.gateway.anchor.origin };
    const { configDirectory } = world.context;
    for (const name of [`${ID}.answer`, `${ID}.document`, `${NEW_ID}.answer`]) {
      const send = async () => await Promise.reject(new Error('lost'));
      await expect(actOnce({ ...act, configDirectory, name, send })).rejects.toThrow('lost');
    }
    world.answerJson(`POST ${path}`, viewOf('withdrawn'));
    await go();
    expect(drafts()).toEqual([`${NEW_ID}.answer.json`]);
  });

  it('is not claimed where the gateway keeps the case as it was', async () => {
    await world.submitted();
    world.answerJson(`POST ${path}`, viewOf('submitted'));
    await expect(go()).rejects.toMatchObject(unexpected);
    expect((await world.stored()).view.state).toBe('submitted');
  });
});

describe('an amendment', () => {
  const path = `/v1/registration/${ID}/amendment`;
  const amended = () => ({ ...viewOf('submitted'), id: NEW_ID, amends: ID });
  const amend = async () => {
    const amends = await world.stored();
    return await submit(world.context, { ...world.application(), amends });
  };

  it('is a registration of its own, linked to the one it is to take the place of', async () => {
    await world.submitted();
    const before = await world.stored();
    world.answer(`POST ${path}`, lost);
    await expect(amend()).rejects.toThrow();
    world.answerJson(`POST ${path}`, amended());
    expect((await amend()).view).toMatchObject({ id: NEW_ID, amends: ID });
    expect(await world.stored()).toEqual(before);
    const [first, second] = sent(path);
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
  });

  it('and a submission of the same content are different acts', async () => {
    await world.submitted();
    world.answer(`POST ${path}`, lost);
    world.answer('POST /v1/registration', lost);
    await expect(amend()).rejects.toThrow();
    await expect(submit(world.context, world.application())).rejects.toThrow();
    const keys = [...sent(path), ...sent('/v1/registration')].map(
      ({ headers }) => headers['idempotency-key'],
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('never makes a new key: what is amended is bound to the one there was', async () => {
    await world.submitted();
    await world.context.keychain.delete('device-key');
    await expect(amend()).rejects.toMatchObject({ problem: { code: 'device_key_missing' } });
    expect(sent(path)).toEqual([]);
  });

  it.each([
    ['links it to nothing', { amends: null }],
    ['links it to another', { amends: DOCUMENT_ID }],
    ['names the old one as the new one', { id: ID, amends: ID }],
    ['changes what it covers', { endpoints: [] }],
    ['changes the rules', { route: 'C' }],
  ])('to a gateway that %s is not kept', async (_, lie) => {
    await world.submitted();
    world.answerJson(`POST ${path}`, { ...amended(), ...lie });
    await expect(amend()).rejects.toMatchObject(unexpected);
    expect(await new RegistrationStore(world.context.configDirectory).all()).toEqual([await world.stored()]);
  });
});

describe('a document', () => {
  const path = `/v1/registration/${ID}/document/cnic_front`;
  const file = (name: string, content: Buffer): string => {
    const folder = join(world.context.configDirectory, 'files');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const documentOf = (content: Buffer): DocumentView => ({
    id: DOCUMENT_ID,
    kind: 'cnic_front',
    content_type: 'image/png',
    size: content.length,
    sha256: createHash('sha256').update(content).digest('base64url'),
    added_at: NOW,
  });
  const add = async () => {
    const image = await readDocumentFile(file('scan.pdf', PNG), limits);
    return await addDocument(world.context, await world.stored(), { kind: 'cnic_front', file: image });
  };

  it('is sent as its bytes under what it is, not what its name says, and the name stays here', async () => {
    await world.submitted();
    const { registration } = await triedTwice(path, documentOf(PNG), add);
    expect(registration.view.documents).toEqual([documentOf(PNG)]);
    const [request] = sent(path);
    expect(request?.bytes).toEqual(PNG);
    expect(request?.headers['content-type']).toBe('image/png');
    expect(JSON.stringify(request?.headers)).not.toContain('scan');
  });

  it('leaves what was learned of the case while it was under way', async () => {
    const submitted = await world.submitted();
    const store = new RegistrationStore(world.context.configDirectory);
    world.answer(`POST ${path}`, (response) => {
      const learned = (kept: StoredRegistration): StoredRegistration => ({
        ...kept,
        view: { ...kept.view, state: 'needs_information' },
      });
      void store.change(submitted, learned).then(() => json(response, documentOf(PNG)));
    });
    const { registration } = await add();
    expect(registration.view).toMatchObject({ state: 'needs_information', documents: [documentOf(PNG)] });
    expect(await world.stored()).toEqual(registration);
  });

  it('removed is gone from what is kept', async () => {
    await world.submitted();
    world.answerJson(`POST ${path}`, documentOf(PNG));
    const { registration } = await add();
    const removal = `/v1/registration/${ID}/document/${DOCUMENT_ID}/removal`;
    const remove = () => removeDocument(world.context, registration, { document: DOCUMENT_ID });
    world.answerJson(`POST ${removal}`, { ...viewOf('submitted'), documents: [documentOf(PNG)] });
    await expect(remove()).rejects.toMatchObject(unexpected);
    expect((await world.stored()).view.documents).toHaveLength(1);
    expect((await triedTwice(removal, viewOf('submitted'), remove)).view.documents).toEqual([]);
  });

  it.each([
    ['another content', { sha256: 'A'.repeat(43) }],
    ['another size', { size: 1 }],
    ['another type', { content_type: 'application/pdf' }],
    ['another kind', { kind: 'letter' }],
  ])('of which the gateway tells %s counts as not sent', async (_, lie) => {
    await world.submitted();
    world.answerJson(`POST ${path}`, { ...documentOf(PNG), ...lie });
    await expect(add()).rejects.toMatchObject(unexpected);
    expect((await world.stored()).view.documents).toEqual([]);
  });

  it('beyond what a registration takes is not sent', async () => {
    const registration = await world.submitted();
    const image = await readDocumentFile(file('a.png', PNG), limits);
    const letter = { ...documentOf(PNG), kind: 'letter' };
    const full = Array.from({ length: 12 }, () => letter);
    const big = [{ ...letter, size: 30 * 1024 * 1024 }];
    for (const documents of [full, big]) {
      const attempt = addDocument(
        world.context,
        { ...registration, view: { ...registration.view, documents } },
        { kind: 'cnic_front', file: image },
      );
      await expect(attempt).rejects.toMatchObject({ problem: { code: 'documents_full' } });
    }
    expect(sent(path)).toEqual([]);
  });

  it('that the gateway has already is not sent again', async () => {
    const registration = await world.submitted();
    const image = await readDocumentFile(file('a.png', PNG), limits);
    const view = { ...registration.view, documents: [documentOf(PNG)] };
    const added = await addDocument(
      world.context,
      { ...registration, view },
      { kind: 'cnic_front', file: image },
    );
    expect(added.document).toEqual(documentOf(PNG));
    expect(sent(path)).toEqual([]);
  });

  it('of a case that is decided is not sent', async () => {
    const registration = await world.submitted();
    const image = await readDocumentFile(file('a.png', PNG), limits);
    const view = { ...registration.view, state: 'attested' as const };
    const attempt = addDocument(world.context, { ...registration, view }, { kind: 'letter', file: image });
    await expect(attempt).rejects.toMatchObject({ problem: { code: 'documents_closed' } });
    expect(sent(path)).toEqual([]);
  });
});
