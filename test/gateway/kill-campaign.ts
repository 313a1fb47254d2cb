import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { readClaims } from '#client/registration/read-certificate.ts';
import { verifyAudit, type AuditReport } from '#gateway/checkpoint/verify-audit.ts';
import { readIdentity } from '#gateway/cli/identity.ts';
import { nodePrimitives } from '#gateway/key/node-primitives.ts';
import { openDatabase } from '#gateway/storage/database.ts';
import type { RegistrationState, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { restoreKeySet } from '#shared/registration/key-set.ts';
import { restoreStatusList } from '#shared/registration/status-list.ts';
import { certify, decide, follow, reviewerOf, submit } from './reviewing.ts';
import { makeSigner, send, type RunningGateway, type TestAnswer } from './running-gateway.ts';
import type { RunningPostgresql } from './storage/postgresql.ts';

export type Victim = 'gateway' | 'issuer' | 'postgresql';

export interface Campaign {
  readonly gateway: RunningGateway;
  /** What `openDatabase` takes. */
  readonly database: string;
  readonly postgresql?: RunningPostgresql;
  /** One after the other. */
  readonly victims: readonly Victim[];
  readonly workers: number;
  /** From 0 up to 1, for when each kill comes. */
  readonly random: () => number;
}

export interface CampaignOutcome {
  readonly acknowledged: number;
  /** Registrations that were acknowledged and are not there, or in a state before the acknowledged one. */
  readonly lost: readonly string[];
  /** Indices of acknowledged revocations that the list does not say. */
  readonly notRevoked: readonly number[];
  readonly audit: AuditReport;
}

interface Acknowledged {
  state: 'submitted' | 'attested' | 'revoked';
  index?: number;
}

const MAY_BE: Readonly<Record<Acknowledged['state'], readonly RegistrationState[]>> = {
  // The answer to the next step may have been lost with the process.
  submitted: ['submitted', 'attested'],
  attested: ['attested', 'revoked'],
  revoked: ['revoked'],
};
const EARLIEST_MILLISECONDS = 100;
const LATEST_MILLISECONDS = 600;
const START_MILLISECONDS = 60_000;

/** Kills, under load, each victim with SIGKILL, starts it again, and looks whether anything that was answered is gone. */
export async function runCampaign(campaign: Campaign): Promise<CampaignOutcome> {
  const known = new Map<string, Acknowledged>();
  const device = await makeSigner();
  for (const victim of campaign.victims) {
    const loading = load(campaign, { known, device });
    await sleep(EARLIEST_MILLISECONDS + campaign.random() * (LATEST_MILLISECONDS - EARLIEST_MILLISECONDS));
    await kill(campaign, victim);
    await loading;
    await startAgain(campaign);
  }
  const { gateway } = campaign;
  const lost: string[] = [];
  for (const [id, { state }] of known) {
    const answer = await follow(gateway, device, id);
    const isThere = answer.status === 200 && MAY_BE[state].includes(answer.json<RegistrationView>().state);
    if (!isThere) lost.push(`${id}, acknowledged as ${state}: ${answer.text}`);
  }
  return {
    ...{ acknowledged: known.size, lost },
    notRevoked: await notRevoked(gateway, known),
    audit: await audit(campaign),
  };
}

type Load = {
  readonly known: Map<string, Acknowledged>;
  readonly device: Awaited<ReturnType<typeof makeSigner>>;
};

async function load(campaign: Campaign, load: Load): Promise<void> {
  const worker = async (): Promise<void> => {
    while (await oneCase(campaign, load));
  };
  await Promise.all(Array.from({ length: campaign.workers }, worker));
}

/** One case from its submission to its revocation, as far as it gets before the kill. False: it was caught by it. */
async function oneCase({ gateway, random }: Campaign, { known, device }: Load): Promise<boolean> {
  const reviewer = reviewerOf(gateway, 'reviewer');
  const submitted = await answered(submit(gateway, device));
  if (submitted === undefined) return false;
  const { id } = submitted.json<RegistrationView>();
  const noted: Acknowledged = { state: 'submitted' };
  known.set(id, noted);
  const act = { id, device, reviewer };
  if ((await answered(decide(gateway, act))) === undefined) return false;
  noted.state = 'attested';
  const issued = await answered(certify(gateway, device, id));
  if (issued === undefined) return false;
  const index = readClaims(issued.json<{ certificate: string }>().certificate)?.status.status_list.idx;
  if (index !== undefined) noted.index = index;
  if (random() < 0.5) return true;
  if ((await answered(decide(gateway, act, { action: 'revoke', note: 'x' }))) === undefined) return false;
  noted.state = 'revoked';
  return true;
}

/** The answer, where one came whole. */
async function answered(request: Promise<TestAnswer>): Promise<TestAnswer | undefined> {
  const answer = await request.catch(() => undefined);
  return answer?.status === 200 ? answer : undefined;
}

async function kill({ gateway, postgresql }: Campaign, victim: Victim): Promise<void> {
  if (victim === 'gateway') await gateway.stop('SIGKILL');
  else if (victim === 'postgresql') postgresql?.kill();
  else process.kill(childOf(gateway.pid()), 'SIGKILL');
}

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

/** What is down is started, and then everything answers as before. */
async function startAgain({ gateway, postgresql, victims }: Campaign): Promise<void> {
  if (victims.includes('postgresql'))
    await until(() => Promise.resolve(postgresql?.startUnlessRunning() ?? true));
  // A gateway without its issuer ends by itself.
  await until(() => Promise.resolve(gateway.hasEnded() || isParent(gateway.pid())));
  if (gateway.hasEnded()) await gateway.start([], ['--checkpoint-every', '1']);
  const someone = await makeSigner();
  await until(async () => (await submit(gateway, someone).catch(() => undefined))?.status === 200);
}

function isParent(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim() !== '';
  } catch {
    // It is ending at this moment.
    return false;
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const patience = Date.now() + START_MILLISECONDS;
  while (!(await isSo())) {
    if (Date.now() > patience) throw new Error('it did not come back in a minute');
    await sleep(50);
  }
}

async function notRevoked(
  gateway: RunningGateway,
  known: ReadonlyMap<string, Acknowledged>,
): Promise<readonly number[]> {
  const { text } = await send(gateway, { method: 'GET', path: '/v1/status-list/1' });
  const list = restoreStatusList({ text, keySet: keySetOf(gateway), primitives: nodePrimitives });
  return [...known.values()].flatMap(({ state, index }) =>
    state === 'revoked' && index !== undefined && list.statusAt(index) !== 1 ? [index] : [],
  );
}

async function audit({ gateway, database: where }: Campaign): Promise<AuditReport> {
  await gateway.stop('SIGTERM');
  const database = await openDatabase(where);
  try {
    return await verifyAudit(database, { keySet: keySetOf(gateway) });
  } finally {
    await database.destroy();
  }
}

function keySetOf({ directory }: RunningGateway) {
  const { anchor, keySet: text } = readIdentity(directory);
  return restoreKeySet({ text, anchor, primitives: nodePrimitives });
}

/** Small and good enough to choose moments with: the same ones for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
