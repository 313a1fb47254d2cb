import type { Lab } from '#test/lab/lab.ts';
import { registeredTunnel } from '#test/lab/story/registered.ts';
import { LAB } from '#test/lab/system.ts';
import { atMost, beside, median, type Figure } from './figure.ts';

const ROUNDS = 25;
const DRIVER = `${LAB}/sanad/bench-driver.mjs`;

interface Round {
  readonly node: number;
  readonly sanad: number;
}

/** `sanad status` with a registered tunnel, as a person types it, beside `node -e 0`, alternating. */
export async function benchStatus(lab: Lab): Promise<Figure[]> {
  const alice = await lab.admit('alice');
  await registeredTunnel(lab, alice, 'office', { dns: false });
  const { rounds } = (await alice.measure(DRIVER, 'status', String(ROUNDS + 1))) as {
    readonly rounds: readonly Round[];
  };
  // The first round warms the file cache for both and is not counted.
  const counted = rounds.slice(1);
  const sanad = median(counted.map((round) => round.sanad));
  const node = median(counted.map((round) => round.node));
  return [
    atMost('`sanad status`, of `node -e 0`', sanad / node, 'ratio', 2.5),
    beside('`sanad status`', sanad, 'ms'),
    beside('`node -e 0`', node, 'ms'),
  ];
}
