import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runCampaign, seededRandom, type Victim } from '#test/gateway/kill-campaign.ts';
import { freePort, send, startGateway, type RunningGateway } from '#test/gateway/running-gateway.ts';
import { startEngine, engineMissing, engines, type EngineName } from '#test/gateway/storage/engine.ts';
import { startPostgresql } from '#test/gateway/storage/postgresql.ts';
import { insideLab } from '#test/lab/enter.ts';
import { atLeast, atMost, beside, median, type Figure } from './figure.ts';
import type { LoadOrder, LoadOutcome } from './load.ts';

const ROUNDS = 6;
const CONNECTIONS = 16;
const SUBMISSIONS = 1920;
const READS = 32_000;
const KILLS = 20;

/** The gateway under load, against the same without what makes it Sanad's; each figure is a ratio within one run. */
export async function benchGateway(): Promise<Figure[]> {
  bringUpLoopback();
  const figures: Figure[] = [];
  for (const name of engines) {
    const missing = engineMissing(name);
    if (missing === undefined) figures.push(...(await benchSubmissions(name)));
    else console.error(`bench: gateway on ${name} left out: ${missing}`);
  }
  return figures;
}

/** kill -9 of gateway, issuer and PostgreSQL in turn, under load. */
export async function benchKill(): Promise<Figure[]> {
  bringUpLoopback();
  const postgresql = startPostgresql();
  const database = postgresql.createDatabase();
  const gateway = await startGateway(undefined, database);
  try {
    const order: readonly Victim[] = ['postgresql', 'gateway', 'issuer'];
    const victims = Array.from({ length: KILLS }, (_, index) => order[index % order.length] ?? 'gateway');
    const campaign = { gateway, database, postgresql, victims, workers: 6, random: seededRandom(1) };
    const { acknowledged, lost, notRevoked, audit } = await runCampaign(campaign);
    for (const one of lost) console.error(`bench: lost: ${one}`);
    return [
      beside(`kill -9, ${KILLS} times: cases acknowledged`, acknowledged, 'cases'),
      atMost('of those lost', lost.length, 'cases', 0),
      atMost('acknowledged revocations not in the list', notRevoked.length, 'cases', 0),
      atMost('histories that do not verify', audit.faults.length, 'faults', 0),
      beside('entries in the histories', audit.entries, 'entries'),
    ];
  } finally {
    await gateway.stop('SIGTERM');
    gateway.remove();
    postgresql.stop();
    postgresql.remove();
  }
}

/** The lab's namespace has its own, which is down at first. */
function bringUpLoopback(): void {
  if (insideLab()) execFileSync('ip', ['link', 'set', 'lo', 'up']);
}

async function benchSubmissions(name: EngineName): Promise<Figure[]> {
  const engine = startEngine(name);
  const gateway = await startGateway(undefined, name === 'sqlite' ? undefined : engine.newDatabase());
  const plain = await startPlain(gateway, engine.newDatabase());
  try {
    const submit = { path: '/v1/registration', requests: SUBMISSIONS };
    const [signed, unsigned] = await alternately(
      () => load(gateway, { ...submit, kind: 'signed', port: gateway.port }),
      () => load(gateway, { ...submit, kind: 'unsigned', port: plain.port }),
    );
    const figures = [
      beside(`signed submissions, ${name}`, median(signed), '1/s'),
      beside(`the same unsigned, ${name}`, median(unsigned), '1/s'),
      atLeast(`signed to unsigned, ${name}`, ratio(signed, unsigned), '', 0.6),
    ];
    return name === 'sqlite' ? [...figures, ...(await benchReads(gateway, plain.port))] : figures;
  } finally {
    plain.child.kill('SIGKILL');
    await gateway.stop('SIGTERM');
    gateway.remove();
    engine.remove();
  }
}

async function benchReads(gateway: RunningGateway, plainPort: number): Promise<Figure[]> {
  const read = { path: '/v1/status-list/1', requests: READS, kind: 'get' } as const;
  const [own, bare] = await alternately(
    () => load(gateway, { ...read, port: gateway.port }),
    () => load(gateway, { ...read, port: plainPort }),
  );
  return [
    beside('status lists read', median(own), '1/s'),
    beside('from a bare Fastify route', median(bare), '1/s'),
    atLeast('list reads to the bare route', ratio(own, bare), '', 0.8),
  ];
}

/** One after the other, so that both meet the same machine; the first round, which warms up, does not count. */
async function alternately(
  one: () => Promise<number>,
  other: () => Promise<number>,
): Promise<readonly [readonly number[], readonly number[]]> {
  const [ones, others]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const [first, second] = [await one(), await other()];
    if (round === 0) continue;
    ones.push(first);
    others.push(second);
  }
  return [ones, others];
}

/** Of the rounds' own ratios the one in the middle. */
function ratio(ones: readonly number[], others: readonly number[]): number {
  return median(ones.map((one, index) => one / (others[index] ?? Number.NaN)));
}

async function load(
  gateway: RunningGateway,
  order: Omit<LoadOrder, 'origin' | 'connections'>,
): Promise<number> {
  const whole: LoadOrder = { ...order, origin: gateway.origin, connections: CONNECTIONS };
  const program = join(import.meta.dirname, 'load.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(whole)]);
  const { perSecond, failed } = JSON.parse(stdout) as LoadOutcome;
  if (failed > 0) throw new Error(`${failed} requests of the bench were not answered with 200`);
  return perSecond;
}

async function startPlain(
  gateway: RunningGateway,
  database: string,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const home = mkdtempSync(join(tmpdir(), 'sanad-bench-'));
  const listFile = join(home, 'list.jwt');
  writeFileSync(listFile, (await send(gateway, { method: 'GET', path: '/v1/status-list/1' })).text);
  const port = await freePort();
  const program = join(import.meta.dirname, 'plain-gateway.ts');
  const child = spawn(process.execPath, [program, JSON.stringify({ port, database, listFile })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  rmSync(home, { recursive: true });
  return { child, port };
}
