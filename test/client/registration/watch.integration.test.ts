import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Followed } from '#client/registration/follow.ts';
import { watchRegistration } from '#client/registration/watch.ts';
import type { Problem } from '#shared/contract/problem.ts';
import { NOW } from '#test/shared/registration/issue.ts';
import { refuse, type Respond } from '../gateway/scripted-gateway.ts';
import { acceptAll, endpoints, ID, unexpected, useTestClient, viewOf } from './test-client.ts';

const path = `GET /v1/registration/${ID}/event`;
const world = useTestClient();

const event = (type: string, data: unknown): string => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
const snapshot = (state: string) => event('snapshot', viewOf(state));
const change = (state: string, action = 'x') =>
  event('change', { action, at: NOW, registration: viewOf(state) });
const open = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream' });

/** Each connection gets the next of these; the last one stays. */
const streams = (...responds: readonly Respond[]): void => {
  let turn = 0;
  world.answer(path, (response, request) => {
    responds[Math.min(turn, responds.length - 1)]?.(response, request);
    turn += 1;
  });
};
const says =
  (...events: readonly string[]): Respond =>
  (response) =>
    void open(response).write(events.join(''));
const saysAndEnds =
  (...events: readonly string[]): Respond =>
  (response) =>
    void open(response).end(events.join(''));

interface Heard {
  readonly followed: readonly Followed[];
  readonly lost: readonly Problem[];
}

/** Watches until so many news have come. */
async function hear(count: number): Promise<Heard> {
  const done = new AbortController();
  const followed: Followed[] = [];
  const lost: Problem[] = [];
  const options = {
    signal: done.signal,
    onLost: (problem: Problem) => void lost.push(problem),
    random: () => 0,
    firstPauseMilliseconds: 1,
  };
  for await (const one of watchRegistration(world.context, await world.stored(), options)) {
    followed.push(one);
    if (followed.length === count) done.abort();
  }
  return { followed, lost };
}
const statesOf = ({ followed }: Heard) => followed.map(({ registration }) => registration.view.state);

describe('watching a case', () => {
  it('says where it is and every change, and keeps the last', async () => {
    await world.submitted();
    streams(
      says(snapshot('submitted'), ': still here\n\n', change('filed_with_authority'), change('rejected')),
    );
    expect(statesOf(await hear(3))).toEqual(['submitted', 'filed_with_authority', 'rejected']);
    expect((await world.stored()).view.state).toBe('rejected');
    expect(world.gateway.requests.at(-1)?.headers.accept).toBe('text/event-stream');
  });

  it('fetches the certificate at the moment that there is one', async () => {
    await world.submitted();
    const certificate = await world.attest();
    world.script = acceptAll;
    streams(says(snapshot('submitted'), change('attested', 'attest')));
    const { followed } = await hear(2);
    expect(followed.map((one) => one.registration.certificate)).toEqual([null, certificate]);
    expect(followed.at(-1)).toMatchObject({ isRenewed: true, delivery: null });
  });

  it('asks for another certificate after a renewed attestation, also where the one at hand is young', async () => {
    await world.submitted();
    await world.attest();
    world.script = acceptAll;
    streams(says(snapshot('attested')));
    await hear(1);
    const renewed = await world.attest();
    streams(says(snapshot('attested'), change('attested', 'renew')));
    const { followed } = await hear(2);
    expect(followed.map(({ isRenewed }) => isRenewed)).toEqual([false, true]);
    expect((await world.stored()).certificate).toBe(renewed);
  });

  it('goes on after every way of losing the gateway', async () => {
    await world.submitted();
    const unavailable = { code: 'storage_full', detail: 'No room.', next_action: 'Later.' };
    const busy = { code: 'too_many_streams', detail: 'Too many.', next_action: 'Later.' };
    streams(
      saysAndEnds(snapshot('submitted')),
      (response) => void response.destroy(),
      (response) => refuse(response, 507, unavailable),
      (response) => refuse(response, 429, busy),
      (response) => void response.writeHead(502).end('<html>'),
      says(snapshot('verifying'), event('end', { reason: 'shutdown' }), change('rejected')),
      says(snapshot('attested')),
    );
    const heard = await hear(3);
    expect(statesOf(heard)).toEqual(['submitted', 'verifying', 'attested']);
    expect(heard.lost.map(({ code }) => code)).toEqual([
      ...['gateway_unreachable', 'storage_full', 'too_many_streams', 'gateway_answer_status'],
    ]);
  });

  it.each([
    ['the case is not known there', 404, 'registration_unknown'],
    ['the gateway cannot do this', 501, 'not_built'],
  ])('ends where %s', async (_, status, code) => {
    await world.submitted();
    streams((response) => refuse(response, status, { code, detail: 'No.', next_action: 'Look.' }));
    await expect(hear(1)).rejects.toMatchObject({ problem: { code } });
  });

  it('ends with the signal, in the middle of waiting', async () => {
    await world.submitted();
    streams(says(': nothing yet\n\n'));
    const done = new AbortController();
    const options = { signal: done.signal, onLost: () => undefined, random: () => 0 };
    const watching = watchRegistration(world.context, await world.stored(), options).next();
    setTimeout(() => done.abort(), 50);
    expect(await watching).toEqual({ done: true, value: undefined });
  });
});

describe('a lying gateway', () => {
  const malformed = { problem: { kind: 'gateway', code: 'gateway_answer_malformed' } };
  const another = { ...viewOf('attested'), id: '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10' };
  it.each([
    ['another case', event('snapshot', another), unexpected],
    ['other endpoints', event('snapshot', { ...viewOf('attested'), endpoints: [] }), unexpected],
    ['a case that amends another', event('snapshot', { ...viewOf('submitted'), amends: ID }), unexpected],
    ['a change to another case', event('change', { action: 'x', at: 1, registration: another }), unexpected],
    ['a state that there is not', event('snapshot', viewOf('approved')), malformed],
    ['what is not JSON', 'event: snapshot\ndata: {\n\n', malformed],
    ['an event of its own making', event('alert', viewOf('attested')), malformed],
    [
      'an event without end',
      `data: ${'x'.repeat(600_000)}`,
      { problem: { code: 'gateway_answer_too_large' } },
    ],
    ['a certificate of somebody else’s', snapshot('attested'), unexpected],
  ])('that tells of %s is not listened to', async (_, events, error) => {
    await world.submitted();
    await world.attest({ endpoints: [{ ...endpoints[0], port: 1 }] as typeof endpoints });
    const before = await world.stored();
    streams(says(events));
    await expect(hear(1)).rejects.toMatchObject(error);
    const { certificate, view } = await world.stored();
    expect([certificate, view.id, view.endpoints, view.amends]).toEqual([
      ...[null, before.view.id, before.view.endpoints, before.view.amends],
    ]);
  });
});
