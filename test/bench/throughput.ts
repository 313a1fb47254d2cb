import { writeFileSync } from 'node:fs';
import type { Lab } from '#test/lab/lab.ts';
import { addresses } from '#test/lab/network.ts';
import { clientConf } from '#test/lab/peer.ts';
import { must as mustRun, root, start, until } from '#test/lab/process.ts';
import { must, registeredTunnel } from '#test/lab/story/registered.ts';
import { LAB, logOf } from '#test/lab/system.ts';
import { atLeast, beside, median, type Figure } from './figure.ts';

/** Pairs, in turns first: a machine that gets slower or faster does so for both. */
const PAIRS = 10;
const SECONDS = 3;
const CONF = `${LAB}/wgq0.conf`;

/** TCP through the same wireguard-go, brought up by Sanad and by wg-quick. */
export async function benchThroughput(lab: Lab): Promise<Figure[]> {
  const alice = await lab.admit('alice');
  await registeredTunnel(lab, alice, 'office', { dns: false });
  writeFileSync(CONF, clientConf(lab.keys, { dns: false }), { mode: 0o600 });
  start('peer', root, 'iperf', ['iperf3', '--server', '--forceflush']);
  await until('iperf3', () => logOf('iperf').includes('listening'));
  const throughSanad = async (): Promise<number> => {
    await must(alice, 'connect', 'office');
    const bits = await measured();
    await must(alice, 'disconnect');
    return bits;
  };
  const throughQuick = async (): Promise<number> => {
    await mustRun('client', root, ['wg-quick', 'up', CONF]);
    const bits = await measured();
    await mustRun('client', root, ['wg-quick', 'down', CONF]);
    return bits;
  };
  const pairs: { readonly sanad: number; readonly quick: number }[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    if (pair % 2 === 0) pairs.push({ sanad: await throughSanad(), quick: await throughQuick() });
    else {
      const quick = await throughQuick();
      pairs.push({ sanad: await throughSanad(), quick });
    }
  }
  return [
    atLeast(
      'throughput through Sanad, of wg-quick',
      median(pairs.map((one) => one.sanad / one.quick)),
      'ratio',
      0.98,
    ),
    beside('throughput through Sanad', median(pairs.map(({ sanad }) => sanad / 1e6)), 'Mbit/s'),
    beside('throughput through wg-quick', median(pairs.map(({ quick }) => quick / 1e6)), 'Mbit/s'),
  ];
}

async function measured(): Promise<number> {
  const words = ['--client', addresses.tunnelPeer, '--time', String(SECONDS), '--omit', '1', '--json'];
  const report = JSON.parse(await mustRun('client', root, ['iperf3', ...words])) as {
    readonly end: { readonly sum_received: { readonly bits_per_second: number } };
  };
  return report.end.sum_received.bits_per_second;
}
