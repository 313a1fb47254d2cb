import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Person } from '#test/lab/client.ts';
import type { Lab } from '#test/lab/lab.ts';
import { clientConf } from '#test/lab/peer.ts';
import { must as mustRun, root, start } from '#test/lab/process.ts';
import { must, registeredTunnel } from '#test/lab/story/registered.ts';
import { LAB } from '#test/lab/system.ts';
import { atMost, beside, median, type Figure } from './figure.ts';

const ROUNDS = 20;
const DRIVER = `${LAB}/sanad/bench-driver.mjs`;

/** Bringing the same tunnel up and down, alternating: Sanad from its socket, wg-quick from its spawn. */
export async function benchConnect(lab: Lab): Promise<Figure[]> {
  const alice = await lab.admit('alice');
  await registeredTunnel(lab, alice, 'office', { dns: false });
  const conf = `${LAB}/wgq0.conf`;
  writeFileSync(conf, clientConf(lab.keys, { dns: false }), { mode: 0o600 });
  await startEcho();
  const rounds: Round[] = [];
  // The first round warms the file cache for both and is not counted.
  for (let round = 0; round <= ROUNDS; round += 1) rounds.push(await oneRound(alice, conf));
  return figuresOf(rounds.slice(1));
}

interface Round {
  readonly reply: number;
  readonly withProof: number;
  readonly connected: number;
  readonly disconnected: number;
  readonly quickReply: number;
  readonly quickDown: number;
  readonly command: number;
}

async function oneRound(alice: Person, conf: string): Promise<Round> {
  const sanad = await alice.measure(DRIVER, 'sanad-connect', 'office');
  const down = await alice.measure(DRIVER, 'sanad-disconnect');
  await sleep(100);
  const quickUp = await byRoot('quick-up', conf);
  const quickDown = await byRoot('quick-down', conf);
  await sleep(100);
  const { milliseconds: command, code } = await alice.sanad(['connect', 'office']);
  if (code !== 0) throw new Error(`sanad connect ended with ${code}`);
  await must(alice, 'disconnect');
  await sleep(100);
  return {
    reply: field(sanad, 'reply'),
    withProof: field(sanad, 'withProof'),
    connected: field(sanad, 'connected'),
    disconnected: field(down, 'done'),
    quickReply: field(quickUp, 'reply'),
    quickDown: field(quickDown, 'done'),
    command,
  };
}

function figuresOf(rounds: readonly Round[]): Figure[] {
  const of = (name: keyof Round): number => median(rounds.map((round) => round[name]));
  return [
    atMost('connect to first reply, of wg-quick up', of('reply') / of('quickReply'), 'ratio', 0.3),
    atMost('disconnect, of wg-quick down', of('disconnected') / of('quickDown'), 'ratio', 0.35),
    beside('connect: message to first reply', of('reply'), 'ms'),
    beside('connect: challenge and device proof included', of('withProof'), 'ms'),
    beside('connect: message to state connected', of('connected'), 'ms'),
    beside('connect: the whole command `sanad connect`', of('command'), 'ms'),
    beside('disconnect: message to answer', of('disconnected'), 'ms'),
    beside('wg-quick up: spawn to first reply', of('quickReply'), 'ms'),
    beside('wg-quick down: spawn to return', of('quickDown'), 'ms'),
  ];
}

async function startEcho(): Promise<void> {
  const program = `${LAB}/echo.mjs`;
  const reply = '(message, from) => socket.send(message, from.port, from.address)';
  writeFileSync(
    program,
    `import { createSocket } from 'node:dgram';
const socket = createSocket('udp4').on('message', ${reply}).bind(7777);\n`,
  );
  start('peer', root, 'echo', ['node', program]);
  await sleep(300);
}

async function byRoot(...words: readonly string[]): Promise<unknown> {
  return JSON.parse(await mustRun('client', root, ['node', DRIVER, ...words])) as unknown;
}

function field(answer: unknown, name: string): number {
  const value = (answer as Readonly<Record<string, unknown>>)[name];
  if (typeof value !== 'number') throw new Error(`the driver said nothing about ${name}`);
  return value;
}
