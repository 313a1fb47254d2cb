import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import { EventListener } from './event-listener.ts';
import { addDocument, answer, certify, decide, pdfOf, reviewerOf, submit } from './reviewing.ts';
import { makeSigner, send, startGateway, type RunningGateway, type Signer } from './running-gateway.ts';

let gateway: RunningGateway;
let device: Signer;
let stranger: Signer;
let reviewer: Signer;
let listeners: EventListener[] = [];

beforeAll(async () => {
  gateway = await startGateway();
  [device, stranger] = [await makeSigner(), await makeSigner()];
  reviewer = reviewerOf(gateway, 'reviewer');
});
afterEach(() => {
  for (const listener of listeners) listener.close();
  listeners = [];
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

const patient = { timeout: 20_000 };
const newCase = async () => (await submit(gateway, device)).json<RegistrationView>().id;
const review = (id: string, action: 'attest' | 'ask' | 'reject' | 'file') =>
  decide(gateway, { id, device, reviewer }, { action, note: 'The question.' });
async function listen(path: string, signer: Signer, lastEventId?: string): Promise<EventListener> {
  for (let attempt = 1; ; attempt++) {
    const listener = await EventListener.open(gateway, { path, signer, lastEventId });
    listeners.push(listener);
    // The gateway has not heard yet that an earlier one was closed.
    if (listener.response.statusCode !== 429 || attempt === 100) return listener;
    await sleep(100);
  }
}
const watchOwn = (id: string, lastEventId?: string) =>
  listen(`/v1/registration/${id}/event`, device, lastEventId);
const watchAll = (lastEventId?: string) => listen('/v1/case/event', reviewer, lastEventId);
const actions = ({ heard }: EventListener) =>
  heard.map(({ event, payload }) => (event === 'change' ? payload['action'] : event));
/** The cases that reviewers were told of, snapshots left out, each once. */
const changed = ({ heard }: EventListener) =>
  new Set(
    heard
      .filter(({ event }) => event === 'change')
      .map(({ payload }) => {
        const { id, state } = payload['case'] as RegistrationView;
        return `${id} ${state}`;
      }),
  );

describe('the events of a registration', () => {
  it('begin with how it stands and tell every change, whole', async () => {
    const id = await newCase();
    const listener = await watchOwn(id);
    await expect.poll(() => actions(listener), patient).toEqual(['snapshot']);
    expect(listener.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    });
    expect(listener.last?.payload).toMatchObject({ id, state: 'submitted' });
    await review(id, 'ask');
    await addDocument(gateway, device, { id, content: pdfOf() });
    await answer(gateway, device, id);
    await review(id, 'attest');
    await certify(gateway, device, id);
    const told = ['snapshot', 'ask', 'add_document', 'answer', 'attest', 'certificate'];
    await expect.poll(() => actions(listener), patient).toEqual(told);
    expect(listener.last?.payload).toMatchObject({
      registration: { id, state: 'attested', thread: [{ text: 'The question.' }, { text: 'Here.' }] },
    });
  });

  it('go on from the last that was heard, without a snapshot', async () => {
    const id = await newCase();
    const first = await watchOwn(id);
    await review(id, 'file');
    await expect.poll(() => actions(first), patient).toEqual(['snapshot', 'file']);
    first.close();
    await review(id, 'ask');
    await answer(gateway, device, id);
    const second = await watchOwn(id, first.last?.id);
    await expect.poll(() => actions(second), patient).toEqual(['ask', 'answer']);
    const third = await watchOwn(id, '1');
    await expect.poll(() => actions(third), patient).toEqual(['file', 'ask', 'answer']);
    for (const nonsense of ['999', 'x', '-1']) {
      const anew = await watchOwn(id, nonsense);
      await expect.poll(() => actions(anew), patient).toEqual(['snapshot']);
      anew.close();
    }
  });

  it('are for its own device alone', async () => {
    const id = await newCase();
    await submit(gateway, stranger);
    const path = `/v1/registration/${id}/event`;
    const answers = [
      await send(gateway, { method: 'GET', path, signer: stranger }),
      await send(gateway, { method: 'GET', path, signer: reviewer }),
      await send(gateway, { method: 'GET', path }),
      await send(gateway, { method: 'GET', path: '/v1/registration/x/event', signer: device }),
    ];
    expect(answers.map((one) => one.problem().code)).toEqual([
      'registration_unknown',
      'signing_key_unknown',
      'signature_missing',
      'registration_unknown',
    ]);
  });

  it('do not begin twice with one nonce', async () => {
    const id = await newCase();
    const request = {
      method: 'GET',
      path: `/v1/registration/${id}`,
      signer: device,
      nonce: 'A'.repeat(22),
    } as const;
    expect((await send(gateway, request)).status).toBe(200);
    const replayed = await send(gateway, { ...request, path: `${request.path}/event` });
    expect(replayed.problem().code).toBe('nonce_replayed');
  });

  it('of one key are four streams at most, and a closed one makes room', async () => {
    const id = await newCase();
    const four = await Promise.all(Array.from({ length: 4 }, () => watchOwn(id)));
    for (const listener of four) await expect.poll(() => actions(listener), patient).toEqual(['snapshot']);
    const path = `/v1/registration/${id}/event`;
    const refused = await send(gateway, { method: 'GET', path, signer: device });
    expect(refused.problem()).toMatchObject({ status: 429, code: 'too_many_streams' });
    four[0]?.close();
    expect((await watchOwn(id)).response.statusCode).toBe(200);
  });
});

describe('the events of all cases', () => {
  it('begin with the list and tell of each case that changes, with no more than the list has', async () => {
    const before = await newCase();
    const listener = await watchAll();
    await expect.poll(() => listener.last?.event, patient).toBe('snapshot');
    expect(listener.last?.payload['cases']).toContainEqual(expect.objectContaining({ id: before }));
    const id = await newCase();
    await expect.poll(() => changed(listener), patient).toContain(`${id} submitted`);
    await review(id, 'ask');
    await expect.poll(() => changed(listener), patient).toContain(`${id} needs_information`);
    await review(before, 'reject');
    await expect.poll(() => changed(listener), patient).toContain(`${before} rejected`);
    const told = JSON.stringify(listener.heard);
    for (const personal of ['3001234567', 'software client', device.keyId])
      expect(told).not.toContain(personal);
  });

  it('go on from the last that was heard', async () => {
    const listener = await watchAll();
    await expect.poll(() => listener.last?.event, patient).toBe('snapshot');
    listener.close();
    const id = await newCase();
    const again = await watchAll(listener.last?.id);
    await expect.poll(() => changed(again), patient).toContain(`${id} submitted`);
    expect(again.heard.map(({ event }) => event)).not.toContain('snapshot');
  });

  it('are for reviewers alone', async () => {
    const refused = await send(gateway, { method: 'GET', path: '/v1/case/event', signer: device });
    expect(refused.problem().code).toBe('signing_key_unknown');
  });

  it('are shown by the reviewers’ command as they come', async () => {
    const program = join(import.meta.dirname, '../../gateway/index.ts');
    const key = join(gateway.directory, 'reviewer/second.key.json');
    const watching = spawn(process.execPath, [
      ...[program, 'case', 'watch', '--json', '--origin', gateway.origin, '--key', key],
    ]);
    try {
      let shown = '';
      watching.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
      const first = await newCase();
      await expect.poll(() => shown, patient).toContain(first);
      await review(first, 'file');
      await expect
        .poll(
          () =>
            shown
              .split('\n')
              .filter((line) => line.includes(first))
              .join(),
          patient,
        )
        .toContain('filed_with_authority');
    } finally {
      watching.kill('SIGKILL');
    }
  });
});

describe('a gateway that is stopped', () => {
  it('says so to those who listen, and does not wait for them', async () => {
    const id = await newCase();
    const both = [await watchOwn(id), await watchAll()];
    for (const listener of both) await expect.poll(() => listener.last?.event, patient).toBe('snapshot');
    expect(await gateway.stop('SIGTERM')).toBe(0);
    for (const listener of both) {
      await expect.poll(() => listener.hasEnded, patient).toBe(true);
      expect(listener.last).toMatchObject({ event: 'end', payload: { reason: 'shutdown' } });
    }
    await gateway.start();
    const after = await watchOwn(id, '1');
    await review(id, 'file');
    await expect.poll(() => actions(after), patient).toEqual(['file']);
  });
});
