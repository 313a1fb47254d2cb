import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { capture, outsideTunnelAndFetcher } from '#test/lab/capture.ts';
import type { Lab } from '#test/lab/lab.ts';
import { addresses, inHost } from '#test/lab/network.ts';
import { root, run } from '#test/lab/process.ts';
import { registeredTunnel } from '#test/lab/story/registered.ts';
import { LAB } from '#test/lab/system.ts';
import { chanceFrom, type Chance } from '#test/simulation/chance.ts';
import { atMost, beside, type Figure } from './figure.ts';
import type { Said } from './session.ts';

/** `SEED=7 script/bench leak` plays the same cycles again, or others. */
const SEED = Number(process.env['SEED'] ?? 1);
const CYCLES = Number(process.env['CYCLES'] ?? 200);
const FLOODED = [
  ...[addresses.site, addresses.site6, addresses.outsideResolver],
  ...[addresses.peer, addresses.gateway],
] as const;
const MAX_FLOOD_SECONDS = 3600;

/** Epoch seconds between which nothing may leave outside the tunnel. */
interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * Packets outside the tunnel, seen at the router, while the daemon has said that the firewall is closed: from that word
 * to the moment at which disconnecting is asked for, through whatever happens in between, under a flood of UDP and TCP by
 * an ordinary user.
 */
export async function benchLeak(lab: Lab): Promise<Figure[]> {
  const alice = await lab.admit('alice');
  await registeredTunnel(lab, alice, 'office', { dns: false });
  const watch = await capture('router', 'c0', 'leak', outsideTunnelAndFetcher);
  const flood = alice.begin('flood', [
    'node',
    `${LAB}/probe.ts`,
    'flood',
    String(MAX_FLOOD_SECONDS),
    ...FLOODED,
  ]);
  const game = new Game(lab, openSession(), chanceFrom(SEED));
  for (let cycle = 0; cycle < CYCLES; cycle += 1) await game.play();
  await game.end();
  if (!flood.alive()) throw new Error('the flood ended before the cycles did');
  await flood.stop('SIGKILL');
  const packets = (await watch.stop()).map((line) => ({ at: Number.parseFloat(line), line }));
  const leaked = packets.filter(({ at }) => game.windows.some(({ from, to }) => at > from && at < to));
  for (const { line } of leaked.slice(0, 10)) console.error(`leaked: ${line}`);
  return figures(game, { leaked: leaked.length, outside: packets.length - leaked.length });
}

function figures(game: Game, seen: { readonly leaked: number; readonly outside: number }): Figure[] {
  // A capture that sees nothing even while everything is open proves nothing; nor does a game that never connects.
  if (seen.outside === 0) throw new Error('no packet was seen even while disconnected');
  if ((game.acts.get('connected') ?? 0) < CYCLES / 2) throw new Error('hardly ever connected');
  const guarded = game.windows.reduce((sum, { from, to }) => sum + to - from, 0);
  return [
    atMost(
      `packets outside the tunnel, ${CYCLES} random cycles under flood, seed ${SEED}`,
      seen.leaked,
      'packets',
      0,
    ),
    beside('the same flood while it was open, as a control', seen.outside, 'packets'),
    beside('time that was watched closed', guarded, 's'),
    ...[...game.acts].map(([act, times]) => beside(`  ${act}`, times, 'times')),
  ];
}

interface Session {
  ask(what: 'connect' | 'disconnect' | 'status'): Promise<Said>;
  close(): void;
}

/** As alice, inside the client's network. */
function openSession(): Session {
  const words = ['--net=/run/netns/client', `${LAB}/bin/as-alice`, 'node', `${LAB}/sanad/bench-driver.mjs`];
  const child = spawn('nsenter', [...words, 'session', 'office'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (what) => {
      child.stdin.write(`${what}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the session ended');
      return JSON.parse(value) as Said;
    },
    close: () => child.stdin.end(),
  };
}

/** What happens to a person's connection, at random and seeded. */
class Game {
  readonly windows: Window[] = [];
  readonly acts = new Map<string, number>();
  readonly #lab: Lab;
  readonly #session: Session;
  readonly #chance: Chance;
  /** Since when nothing may leave; null: it is open, or nobody was told. */
  #closedAt: number | null = null;

  constructor(lab: Lab, session: Session, chance: Chance) {
    this.#lab = lab;
    this.#session = session;
    this.#chance = chance;
  }

  /** Connects, lets things happen, and mostly disconnects. */
  async play(): Promise<void> {
    const { happens, pick } = this.#chance;
    if (happens(0.15)) await this.#killWhileConnecting();
    else await this.#connect();
    while (happens(0.5)) {
      await pick([
        () => this.#kill(),
        () => this.#flap(),
        () => this.#reconnect(),
        () => this.#deleteDevice(),
      ])();
      await sleep(pick([0, 10, 50]));
    }
    if (happens(0.8)) await this.#disconnect();
  }

  async end(): Promise<void> {
    await this.#disconnect();
    this.#session.close();
  }

  async #connect(): Promise<void> {
    const said = await this.#session.ask('connect');
    this.#count(said.state);
    this.#closedAt ??= said.closedAt;
  }

  async #disconnect(): Promise<void> {
    const to = Date.now() / 1000;
    if (this.#closedAt !== null) this.windows.push({ from: this.#closedAt, to });
    this.#closedAt = null;
    const { problem } = await this.#session.ask('disconnect');
    if (problem !== null) throw new Error(`disconnect: ${problem}`);
    this.#count('disconnect');
  }

  async #reconnect(): Promise<void> {
    this.#count('reconnect');
    await this.#connect();
  }

  async #kill(): Promise<void> {
    this.#count('kill -9');
    await this.#lab.services.killDaemon();
    await sleep(this.#chance.pick([0, 20, 100]));
    await this.#startAgain();
  }

  async #killWhileConnecting(): Promise<void> {
    this.#count('kill -9 while connecting');
    const connecting = this.#session.ask('connect');
    await sleep(this.#chance.pick([0, 2, 5, 10, 20, 40]));
    await this.#lab.services.killDaemon();
    const { closedAt } = await connecting;
    this.#closedAt ??= closedAt;
    await this.#startAgain();
  }

  async #startAgain(): Promise<void> {
    await this.#lab.services.startDaemon();
    const { closedAt } = await this.#session.ask('status');
    this.#closedAt ??= closedAt;
  }

  async #flap(): Promise<void> {
    this.#count('link flap');
    const batch = (...lines: readonly string[]): void =>
      void inHost('client', 'ip', ['-force', '-batch', '-'], `${lines.join('\n')}\n`);
    batch('link set eth0 down');
    await sleep(this.#chance.pick([0, 30, 100]));
    batch(
      'link set eth0 up',
      // The kernel forgets these with the link.
      `addr replace ${addresses.client6}/64 dev eth0 nodad`,
      'route replace default via 198.51.100.1',
      'route replace ::/0 via 2001:db8:1::1 dev eth0',
    );
  }

  /** As another program might. */
  async #deleteDevice(): Promise<void> {
    this.#count('interface deleted');
    // It may be gone already.
    await run('client', root, ['ip', 'link', 'del', 'dev', 'sanad0']);
    await sleep(this.#chance.pick([0, 50]));
  }

  #count(act: string): void {
    this.acts.set(act, (this.acts.get(act) ?? 0) + 1);
  }
}
