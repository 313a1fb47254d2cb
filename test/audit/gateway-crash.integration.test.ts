import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClaims } from '#client/registration/read-certificate.ts';
import { verifyChain } from '#gateway/case/audit.ts';
import { nodePrimitives } from '#gateway/key/node-primitives.ts';
import { auditContentOf, auditEntriesOf } from '#gateway/storage/audit-store.ts';
import { openDatabase } from '#gateway/storage/database.ts';
import { parseAnchor } from '#shared/contract/anchor-file.ts';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import { restoreKeySet } from '#shared/registration/key-set.ts';
import { acceptStatusList, type VerifiedStatusList } from '#shared/registration/status-list.ts';
import { certify, decide, follow, reviewerOf, submit } from '../gateway/reviewing.ts';
import {
  makeSigner,
  nowSeconds,
  send,
  startGateway,
  type RunningGateway,
  type Signer,
  type TestAnswer,
} from '../gateway/running-gateway.ts';

const ROUNDS = 4;
const WORKERS = 6;

let gateway: RunningGateway;
let device: Signer;
let reviewer: Signer;

/** What the gateway has answered with 200: from then on it may not be forgotten. */
interface Acknowledged {
  state: 'submitted' | 'attested' | 'revoked';
  indices: number[];
}
const cases = new Map<string, Acknowledged>();
const certificates = new Map<string, { index: number; jti: string }>();

beforeAll(async () => {
  gateway = await startGateway();
  device = await makeSigner();
  reviewer = reviewerOf(gateway, 'reviewer');
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

/** The answer, where one came whole. */
async function answered(request: Promise<TestAnswer>): Promise<TestAnswer | undefined> {
  const answer = await request.catch(() => undefined);
  return answer?.status === 200 ? answer : undefined;
}

/** One case from its submission to its revocation, as far as it gets before the kill. */
async function oneCase(): Promise<boolean> {
  const submitted = await answered(submit(gateway, device));
  if (submitted === undefined) return false;
  const { id } = submitted.json<RegistrationView>();
  const known: Acknowledged = { state: 'submitted', indices: [] };
  cases.set(id, known);
  const act = { id, device, reviewer };
  if ((await answered(decide(gateway, act))) === undefined) return false;
  known.state = 'attested';
  const issued = await answered(certify(gateway, device, id));
  if (issued === undefined) return false;
  noteCertificate(known, issued);
  if (randomInt(2) === 0) return true;
  if ((await answered(decide(gateway, act, { action: 'revoke', note: 'x' }))) === undefined) return false;
  known.state = 'revoked';
  return true;
}

function noteCertificate(known: Acknowledged, issued: TestAnswer): void {
  const claims = readClaims(issued.json<{ certificate: string }>().certificate);
  if (claims === undefined) throw new Error('an issued certificate can be read');
  const { idx: index } = claims.status.status_list;
  known.indices.push(index);
  certificates.set(claims.jti, { jti: claims.jti, index });
}

async function load(): Promise<void> {
  const worker = async () => {
    while (await oneCase());
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
}

function issuerPid(): number {
  const pid = gateway.pid();
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

async function currentList(): Promise<VerifiedStatusList> {
  const anchor = parseAnchor(readFileSync(join(gateway.directory, 'anchor.json'), 'utf8'));
  const get = async (path: string) => (await send(gateway, { method: 'GET', path })).text;
  const keySet = restoreKeySet({ text: await get('/v1/key-set'), anchor, primitives: nodePrimitives });
  const clock = { now: nowSeconds(), floor: 0 };
  const text = await get('/v1/status-list/1');
  return acceptStatusList({ text, keySet, stored: undefined, clock, primitives: nodePrimitives });
}

describe('kill -9 of gateway and issuer at random moments under load', () => {
  it(`${ROUNDS} times, is survived by everything that was answered`, async () => {
    let newestList = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const loading = load();
      await sleep(randomInt(100, 600));
      if (round % 2 === 0) await gateway.stop('SIGKILL');
      else {
        process.kill(issuerPid(), 'SIGKILL');
        await expect.poll(() => gateway.hasEnded(), { timeout: 10_000 }).toBe(true);
      }
      await loading;
      await gateway.start();
      const list = await currentList();
      expect(list.issuedAt).toBeGreaterThanOrEqual(newestList);
      newestList = list.issuedAt;
      for (const { state, indices } of cases.values()) {
        if (state === 'revoked') expect(indices.map((index) => list.statusAt(index))).toEqual([1]);
      }
    }
    expect(cases.size).toBeGreaterThan(ROUNDS);
    const indices = [...certificates.values()].map(({ index }) => index);
    expect(new Set(indices).size).toBe(indices.length);
  });

  it('and every acknowledged state is there, or the next one whose answer was lost', async () => {
    const mayBe = {
      submitted: ['submitted', 'attested'],
      attested: ['attested', 'revoked'],
      revoked: ['revoked'],
    };
    for (const [id, { state }] of cases) {
      const view = (await follow(gateway, device, id)).json<RegistrationView>();
      expect(mayBe[state]).toContain(view.state);
    }
  });

  it('and cases go on from where they stood', async () => {
    for (const [id, known] of cases) {
      const { state } = (await follow(gateway, device, id)).json<RegistrationView>();
      if (state === 'submitted') expect((await decide(gateway, { id, device, reviewer })).status).toBe(200);
      const answer = await certify(gateway, device, id);
      if (state === 'revoked') expect(answer.problem().code).toBe('not_attested');
      else if (answer.status === 200) noteCertificate(known, answer);
      // The issuer had heard of a revocation whose answer was lost: it holds, and waits to be repeated.
      else expect(answer.problem().code).toBe('registration_revoked');
    }
  });

  it('and revocations can be repeated, and are in the list at once', async () => {
    const open = [];
    for (const [id, known] of cases) {
      const { state } = (await follow(gateway, device, id)).json<RegistrationView>();
      if (state === 'attested') open.push({ id, known });
    }
    const revoke = ({ id }: { readonly id: string }) =>
      decide(gateway, { id, device, reviewer }, { action: 'revoke', note: 'x' });
    const answers = await Promise.all(open.slice(0, 50).map(revoke));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const list = await currentList();
    const revoked = open.slice(0, 50).flatMap(({ known }) => known.indices);
    expect(revoked.filter((index) => list.statusAt(index) !== 1)).toEqual([]);
  });

  it('and every history verifies', async () => {
    await gateway.stop('SIGTERM');
    const database = await openDatabase(join(gateway.directory, 'storage/gateway.db'));
    try {
      const all = await database.selectFrom('registration').select('id').execute();
      expect(all.length).toBeGreaterThanOrEqual(cases.size);
      for (const { id } of all) {
        const entries = await auditEntriesOf(database, id);
        const verdict = verifyChain(entries, await auditContentOf(database, id));
        expect(verdict).toEqual({ kind: 'intact', withoutContent: 0 });
      }
    } finally {
      await database.destroy();
    }
    await gateway.start();
  });
});
