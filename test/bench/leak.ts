import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { capture, outsideTunnelAndFetcher } from '#test/lab/capture.ts';
import type { Person } from '#test/lab/client.ts';
import type { Lab } from '#test/lab/lab.ts';
import { addresses } from '#test/lab/network.ts';
import { LAB } from '#test/lab/system.ts';
import { must, registeredTunnel } from '#test/lab/story/registered.ts';
import { atMost, beside, type Figure } from './figure.ts';

const CYCLES = 20;
const FLOODED = [
  addresses.site,
  addresses.site6,
  addresses.outsideResolver,
  addresses.peer,
  addresses.gateway,
] as const;

/** Epoch seconds between which nothing may leave outside the tunnel. */
interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * Packets outside the tunnel, seen at the router, while the daemon says that the firewall is closed: from that
 * word to the moment disconnecting is asked for, through `kill -9` and restart in every second cycle, under a
 * flood of UDP and TCP by an ordinary user.
 */
export async function benchLeak(lab: Lab): Promise<Figure[]> {
  const alice = await lab.admit('alice');
  await registeredTunnel(lab, alice, 'office', { dns: false });
  const watch = await capture('router', 'c0', 'leak', outsideTunnelAndFetcher);
  const flood = alice.begin('flood', ['node', `${LAB}/probe.ts`, 'flood', '300', ...FLOODED]);
  await sleep(300);
  const windows: Window[] = [];
  for (let cycle = 0; cycle < CYCLES; cycle += 1) windows.push(await oneCycle(lab, alice, cycle));
  if (!flood.alive()) throw new Error('the flood ended before the cycles did');
  await flood.stop('SIGKILL');
  const packets = (await watch.stop()).map((line) => ({
    at: Number.parseFloat(line),
    line,
  }));
  const leaked = packets.filter(({ at }) => windows.some(({ from, to }) => at > from && at < to));
  for (const { line } of leaked.slice(0, 10)) console.error(`leaked: ${line}`);
  const outside = packets.length - leaked.length;
  if (outside === 0)
    throw new Error('no packet was seen even while disconnected: the capture proves nothing');
  return [
    atMost(
      `packets outside the tunnel, ${CYCLES} cycles with kill -9, under flood`,
      leaked.length,
      'packets',
      0,
    ),
    beside('the same flood while disconnected, as a control', outside, 'packets'),
  ];
}

async function oneCycle(lab: Lab, alice: Person, cycle: number): Promise<Window> {
  const watching = alice.begin(`watch-${cycle}`, ['sanad', 'watch', '--json']);
  await sleep(150);
  const closed = closedAt(watching.log);
  await must(alice, 'connect', 'office');
  const from = await closed;
  await sleep(200);
  if (cycle % 2 === 1) {
    await lab.services.killDaemon();
    await sleep(200);
    await lab.services.startDaemon();
    await sleep(200);
  }
  const to = Date.now() / 1000;
  await must(alice, 'disconnect');
  await watching.stop('SIGINT');
  await sleep(100);
  return { from, to };
}

/** When `sanad watch` first said that the firewall is closed. */
async function closedAt(log: string): Promise<number> {
  for (let attempt = 0; attempt < 10_000; attempt += 1) {
    if (readFileSync(log, 'utf8').includes('"firewall":"closed"')) return Date.now() / 1000;
    await sleep(1);
  }
  throw new Error('the daemon never said that the firewall is closed');
}
