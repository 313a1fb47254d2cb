import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '#gateway/case/audit.ts';
import {
  MAX_DOCUMENTS,
  type Attestation,
  type CaseView,
  type DocumentView,
  type RegistrationView,
} from '#shared/contract/gateway-contract.ts';
import { EventListener } from '../gateway/event-listener.ts';
import {
  act,
  addDocument,
  amend,
  answer,
  certify,
  decide,
  follow,
  pdfOf,
  reviewerOf,
  submit,
  withdraw,
} from '../gateway/reviewing.ts';
import {
  makeSigner,
  nowSeconds,
  send,
  startFrontEnd,
  startGateway,
  submissionOf,
  type RunningGateway,
  type Signer,
  type TestAnswer,
} from '../gateway/running-gateway.ts';
import { engineMissing, engines } from '../gateway/storage/engine.ts';
import { startPostgresql, type RunningPostgresql } from '../gateway/storage/postgresql.ts';

const ROUNDS = 2;

/** On SQLite one gateway is asked twice; on PostgreSQL two front ends are asked once each. */
describe.each(engines.filter((name) => engineMissing(name) === undefined))(
  'at the same time, on %s',
  (name) => {
    let postgresql: RunningPostgresql | undefined;
    let frontEnd: Awaited<ReturnType<typeof startFrontEnd>> | undefined;
    let first: RunningGateway;
    let second: RunningGateway;
    let device: Signer;
    let reviewer: Signer;

    beforeAll(async () => {
      if (name === 'postgresql') {
        postgresql = startPostgresql();
        const url = postgresql.createDatabase();
        first = await startGateway(undefined, url);
        frontEnd = await startFrontEnd(first, url);
        second = { ...first, port: frontEnd.port };
      } else {
        first = await startGateway();
        second = first;
      }
      device = await makeSigner();
      reviewer = reviewerOf(first, 'reviewer');
    });
    afterAll(async () => {
      await frontEnd?.kill('SIGTERM');
      await first.stop('SIGTERM');
      first.remove();
      postgresql?.stop();
      postgresql?.remove();
    });

    const idOf = (answered: TestAnswer) => answered.json<RegistrationView>().id;
    const review = (gateway: RunningGateway, id: string, changes: Partial<Attestation>) =>
      decide(gateway, { id, device, reviewer }, { note: 'x', ...changes });
    const attested = async () => {
      const id = idOf(await submit(first, device));
      await review(first, id, { action: 'attest' });
      return id;
    };
    const view = async (id: string) => (await follow(first, device, id)).json<RegistrationView>();
    const show = async (id: string) =>
      (await send(first, { method: 'GET', path: `/v1/case/${id}`, signer: reviewer })).json<CaseView>();
    const statuses = (answers: readonly TestAnswer[]) =>
      answers.map(({ status }) => status).toSorted((a, b) => a - b);
    async function wholeHistory(id: string): Promise<readonly string[]> {
      const { audit } = await show(id);
      const entries = audit.map((entry) => Object.assign(entry, { registration: id }));
      expect(verifyChain(entries, []).kind).toBe('intact');
      return audit.map(({ action }) => action);
    }

    it('two answers to one question make one', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const id = idOf(await submit(first, device));
        await review(first, id, { action: 'ask' });
        const answers = await Promise.all([
          answer(first, device, id, { text: 'one' }),
          answer(second, device, id, { text: 'other' }),
        ]);
        expect(statuses(answers)).toEqual([200, 409]);
        expect((await view(id)).thread).toHaveLength(2);
        expect(await wholeHistory(id)).toEqual(['submit', 'ask', 'answer']);
      }
    });

    it('a withdrawal and an attestation: one of the two, or the withdrawal after it, and nothing certified', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const id = idOf(await submit(first, device));
        const [withdrawn, decided] = await Promise.all([
          withdraw(first, device, id),
          review(second, id, { action: 'attest' }),
        ]);
        const { state } = await view(id);
        // Who was overtaken is told so, or did what it came for from the state that the other has made.
        const expected =
          withdrawn.status === 200 ? (decided.status === 200 ? 'ended' : 'withdrawn') : 'attested';
        expect(state).toBe(expected);
        expect((await certify(first, device, id)).status).toBe(state === 'attested' ? 200 : 409);
        await wholeHistory(id);
      }
    });

    it('two amendments of one registration make one', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const id = await attested();
        const answers = await Promise.all([amend(first, device, id), amend(second, device, id)]);
        expect(statuses(answers)).toEqual([200, 409]);
        const won = answers.find(({ status }) => status === 200);
        expect((await view(id)).amended_by).toBe(won === undefined ? undefined : idOf(won));
      }
    });

    it('fetching an amendment’s certificate and revoking what it amends leave nothing that counts', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const old = await attested();
        await certify(first, device, old);
        const id = idOf(await amend(first, device, old));
        await review(first, id, { action: 'attest', amends: old });
        const [fetched, revoked] = await Promise.all([
          certify(first, device, id),
          review(second, old, { action: 'revoke' }),
        ]);
        const { state } = await view(old);
        if (revoked.status === 200) {
          expect(state).toBe('revoked');
          expect((await view(id)).state).toBe('ended');
          expect((await certify(first, device, id)).status).toBe(409);
          expect((await show(id)).certificates.filter(({ status }) => status === 'valid')).toEqual([]);
        } else {
          // The amendment was faster: then it is that which counts, and the old one is over.
          expect(fetched.status).toBe(200);
          expect(state).toBe('ended');
        }
        await wholeHistory(old);
        await wholeHistory(id);
      }
    });

    it('a suspension and requests for certificates end suspended', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const id = await attested();
        const [suspended] = await Promise.all([
          review(first, id, { action: 'suspend' }),
          ...Array.from({ length: 4 }, (_, index) => certify(index % 2 === 0 ? first : second, device, id)),
        ]);
        expect(suspended?.status).toBe(200);
        expect((await certify(second, device, id)).problem().code).toBe('not_attested');
        expect((await show(id)).certificates.filter(({ status }) => status === 'valid')).toEqual([]);
        await wholeHistory(id);
      }
    });

    it('two suspensions, two reinstatements or two renewals: none is lost, none doubled', async () => {
      const id = await attested();
      const later = nowSeconds() + 5;
      const pairs = [
        ['suspend', later, [200, 409]],
        ['reinstate', later + 5, [200, 409]],
      ] as const;
      for (const [action, iat, expected] of pairs) {
        const answers = await Promise.all([
          review(first, id, { action, iat }),
          review(second, id, { action, iat }),
        ]);
        expect(statuses(answers)).toEqual(expected);
      }
      const renewals = await Promise.all([
        review(first, id, { action: 'renew', iat: later }),
        review(second, id, { action: 'renew', iat: later + 1 }),
      ]);
      expect(statuses(renewals)[0]).toBe(200);
      expect((await certify(first, device, id)).status).toBe(200);
      await wholeHistory(id);
    });

    it('documents and a withdrawal leave no document', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const id = idOf(await submit(first, device));
        await Promise.all([
          addDocument(first, device, { id, content: pdfOf() }),
          addDocument(second, device, { id, content: pdfOf() }),
          withdraw(first, device, id),
        ]);
        // A withdrawal that was overtaken too often is told so, and is asked for again.
        if ((await view(id)).state !== 'withdrawn') await withdraw(first, device, id);
        expect(await view(id)).toMatchObject({ state: 'withdrawn', documents: [] });
        await wholeHistory(id);
      }
    });

    it('two removals of a document make one; more documents than there is room for are not taken', async () => {
      const id = idOf(await submit(first, device));
      const add = (gateway: RunningGateway) => addDocument(gateway, device, { id, content: pdfOf() });
      const { id: document } = (await add(first)).json<DocumentView>();
      const removals = await Promise.all(
        [first, second].map((gateway) => act(gateway, device, `${id}/document/${document}/removal`)),
      );
      expect(statuses(removals)).toEqual([200, 404]);
      for (let count = 0; count < MAX_DOCUMENTS - 1; count++) await add(first);
      await Promise.all([add(first), add(second)]);
      expect((await view(id)).documents).toHaveLength(MAX_DOCUMENTS);
    });

    it('one intent under one Idempotency-Key is done once, by whichever is asked first', async () => {
      const id = await attested();
      const path = `/v1/registration/${id}/amendment`;
      const request = { method: 'POST', path, body: submissionOf(device), signer: device } as const;
      const idempotencyKey = 'one-and-the-same';
      const answers = await Promise.all(
        [first, second, first, second].map((gateway) => send(gateway, { ...request, idempotencyKey })),
      );
      expect(statuses(answers)).toEqual([200, 200, 200, 200]);
      expect(new Set(answers.map(idOf)).size).toBe(1);
    });

    it('what one changes is told to those who listen at the other', async () => {
      const id = idOf(await submit(first, device));
      const own = await EventListener.open(second, { path: `/v1/registration/${id}/event`, signer: device });
      const all = await EventListener.open(second, { path: '/v1/case/event', signer: reviewer });
      try {
        await expect
          .poll(() => [own.last?.event, all.last?.event], { timeout: 20_000 })
          .toEqual(['snapshot', 'snapshot']);
        await review(first, id, { action: 'file' });
        await expect.poll(() => own.last?.payload['action'], { timeout: 20_000 }).toBe('file');
        await expect
          .poll(() => JSON.stringify(all.heard), { timeout: 20_000 })
          .toContain('filed_with_authority');
      } finally {
        own.close();
        all.close();
      }
    });
  },
);
