import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import { certify, decide, follow, reviewerOf, submit } from '../gateway/reviewing.ts';
import {
  makeSigner,
  send,
  startGateway,
  submissionOf,
  type RunningGateway,
  type Signer,
  type TestAnswer,
} from '../gateway/running-gateway.ts';

let gateway: RunningGateway;
let device: Signer;
let reviewer: Signer;
let second: Signer;

beforeAll(async () => {
  gateway = await startGateway();
  device = await makeSigner();
  [reviewer, second] = [reviewerOf(gateway, 'reviewer'), reviewerOf(gateway, 'second')];
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

const newCase = async () => (await submit(gateway, device)).json<RegistrationView>().id;
const stateOf = async (id: string) => (await follow(gateway, device, id)).json<RegistrationView>().state;
const statusesOf = (answers: readonly TestAnswer[]) =>
  answers.map(({ status }) => status).toSorted((one, other) => one - other);

describe('at the same time', () => {
  it('two attestations of one case make one, and its certificates are given', async () => {
    for (let round = 0; round < 5; round++) {
      const id = await newCase();
      const answers = await Promise.all(
        [reviewer, second, reviewer, second].map((by) => decide(gateway, { id, device, reviewer: by })),
      );
      expect(statusesOf(answers)).toEqual([200, 409, 409, 409]);
      expect((await certify(gateway, device, id)).status).toBe(200);
    }
  });

  it('an attestation and a rejection make one of the two, whole', async () => {
    for (let round = 0; round < 5; round++) {
      const id = await newCase();
      const answers = await Promise.all([
        decide(gateway, { id, device, reviewer }),
        decide(gateway, { id, device, reviewer: second }, { action: 'reject', note: 'no' }),
      ]);
      expect(statusesOf(answers)).toEqual([200, 409]);
      const isAttested = (await stateOf(id)) === 'attested';
      expect((await certify(gateway, device, id)).status).toBe(isAttested ? 200 : 409);
    }
  });

  it('a revocation and many requests for certificates leave none that counts', async () => {
    const id = await newCase();
    await decide(gateway, { id, device, reviewer });
    const [revoked] = await Promise.all([
      decide(gateway, { id, device, reviewer }, { action: 'revoke', note: 'x' }),
      ...Array.from({ length: 20 }, () => certify(gateway, device, id)),
    ]);
    expect(revoked?.status).toBe(200);
    expect((await certify(gateway, device, id)).problem().code).toBe('not_attested');
  });

  it('twenty requests for a certificate get the same one', async () => {
    const id = await newCase();
    await decide(gateway, { id, device, reviewer });
    const answers = await Promise.all(Array.from({ length: 20 }, () => certify(gateway, device, id)));
    const texts = answers.map((answer) => answer.json<{ certificate: string }>().certificate);
    expect(new Set(texts).size).toBe(1);
  });

  it('twenty requests under one nonce are answered once', async () => {
    const nonce = randomBytes(16).toString('base64url');
    const path = '/v1/registration';
    const body = submissionOf(device);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        send(gateway, { method: 'POST', path, body, signer: device, nonce, idempotencyKey: randomUUID() }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 200).map((answer) => answer.problem().code);
    expect(new Set(others)).toEqual(new Set(['nonce_replayed']));
  });

  it('three decisions of one reviewer make one', async () => {
    const id = await newCase();
    const act = { id, device, reviewer };
    const answers = await Promise.all([
      decide(gateway, act),
      decide(gateway, act, { action: 'reject', note: 'no' }),
      decide(gateway, act, { action: 'reject', note: 'no, too' }),
    ]);
    expect(statusesOf(answers)).toEqual([200, 409, 409]);
  });
});
