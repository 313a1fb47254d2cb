import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { blockedBecause, leakedDuring, stateSeenBy } from '#test/audit/seen.ts';
import { outsideTunnelAndFetcher } from '#test/lab/capture.ts';
import type { Person } from '#test/lab/client.ts';
import { insideLab } from '#test/lab/enter.ts';
import { createLab, type Lab } from '#test/lab/lab.ts';
import { addresses } from '#test/lab/network.ts';
import type { ConfOptions } from '#test/lab/peer.ts';
import { must, registeredTunnel } from '#test/lab/story/registered.ts';

interface Variant extends ConfOptions {
  readonly name: string;
  readonly outer: 'ip' | 'ip6';
  /** What passes inside; the rest passes nowhere. */
  readonly inner: readonly (4 | 6)[];
}

const endpoint6 = `[${addresses.peer6}]:51820`;
const fourAlone = { tunnelAddresses: `${addresses.tunnelClient}/32`, allowedIps: '0.0.0.0/0' } as const;
const sixAlone = {
  tunnelAddresses: `${addresses.tunnelClient6}/128`,
  allowedIps: '::/0',
  dns: addresses.tunnelPeer6,
} as const;

const variants: readonly Variant[] = [
  { name: 'both-in-six', outer: 'ip6', inner: [4, 6], endpoint: endpoint6 },
  { name: 'six-in-four', outer: 'ip', inner: [6], ...sixAlone },
  { name: 'four-in-six', outer: 'ip6', inner: [4], endpoint: endpoint6, ...fourAlone },
];

/** Full tunnels of one family inside the other: what has no way inside has none outside either. */
describe.skipIf(!insideLab())('a full tunnel', () => {
  let lab: Lab;
  let alice: Person;

  beforeAll(async () => {
    lab = await createLab();
    alice = await lab.admit('alice');
    for (const { name, ...options } of variants) await registeredTunnel(lab, alice, name, options);
  });
  afterAll(async () => await lab.close());
  afterEach(async () => {
    await must(alice, 'disconnect');
  });

  /** All at once: what gets no answer takes its time. */
  const ask = async () => {
    const [four, six, name] = await Promise.all([
      alice.probe('http', addresses.site),
      alice.probe('http', addresses.site6),
      alice.probe('txt', 'who.test'),
    ]);
    return { four, six, name };
  };
  const flood = () =>
    alice.probe('flood', '0.3', addresses.site, addresses.site6, addresses.outsideResolver, '2001:db8:1::1');

  it.each(variants)('$name: everything inside, nothing outside, connected and blocked', async (variant) => {
    const { name, outer, inner } = variant;
    const otherFamily = outer === 'ip' ? 'ip6' : 'ip';
    const leaked = await leakedDuring(
      name,
      async () => {
        await must(alice, 'connect', name);
        expect(await ask()).toEqual({
          four: inner.includes(4) ? addresses.peer : null,
          six: inner.includes(6) ? addresses.peer6 : null,
          name: 'inside',
        });
        await flood();
        const { kind } = await stateSeenBy(alice);
        expect(kind).toBe('connected');
        await lab.services.killDaemon();
        await flood();
        await lab.services.startDaemon();
        expect(await blockedBecause(alice)).toBe('needs_credentials');
        expect(await ask()).toEqual({ four: null, six: null, name: null });
        await flood();
      },
      // The peer is at home in both families: what is encrypted goes by the one that was registered.
      `(${outsideTunnelAndFetcher}) or (${otherFamily} and udp dst port 51820 and ${fromClient})`,
    );
    expect(leaked).toEqual([]);
  });
});

const fromClient = `(src host ${addresses.client} or src host ${addresses.client6})`;
