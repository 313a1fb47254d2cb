import { describe, expect, it } from 'vitest';
import {
  lookAtPeers,
  nothingSeen,
  type ExpectedPeer,
  type PeerCounters,
  type Sight,
} from '#daemon/core/peer-watch.ts';
import type { PublicKey } from '#shared/wireguard/key.ts';
import { makeRequest } from './request.ts';

const EPOCH = 1_800_000_000;
const KEEPALIVE = 32;
const INITIATION = 148;

/** A device that is read every two seconds, and what happens on it meanwhile. */
class Device {
  counters: PeerCounters;
  sight: Sight = { watch: nothingSeen, troubled: [], networkChanged: false };
  boot: number;
  /** How far the wall clock was set forward. */
  clockSet = 0;
  own: readonly string[] = ['198.51.100.2', '2001:db8:1::2'];
  readonly #expected: ExpectedPeer;

  constructor(options: { readonly keepaliveSeconds?: number; readonly boot?: number } = {}) {
    this.boot = options.boot ?? 5000;
    const peer = makeRequest().peers[0];
    if (peer === undefined) throw new Error('no peer');
    this.#expected = { ...peer, keepaliveSeconds: options.keepaliveSeconds ?? 0 };
    this.counters = {
      publicKey: peer.publicKey,
      endpoint: { address: peer.address, port: peer.port },
      latestHandshakeAt: EPOCH,
      receivedBytes: 92,
      sentBytes: INITIATION + KEEPALIVE,
    };
    this.read();
  }

  get publicKey(): PublicKey {
    return this.#expected.publicKey;
  }

  get now(): number {
    return EPOCH + this.boot - 5000 + this.clockSet;
  }

  read(): this {
    const { counters, boot, now, own } = this;
    const look = { readings: [counters], expected: [this.#expected], own, sinceBoot: boot, now };
    this.sight = lookAtPeers(this.sight.watch, look);
    return this;
  }

  /** Seconds pass, read all along; `each` says what is sent and received in each reading's two seconds. */
  pass(seconds: number, each: (second: number) => Partial<{ sent: number; received: number }> = () => ({})) {
    for (let second = 2; second <= seconds; second += 2) {
      this.boot += 2;
      const { sent = 0, received = 0 } = each(second);
      const { sentBytes, receivedBytes } = this.counters;
      this.counters = {
        ...this.counters,
        sentBytes: sentBytes + sent,
        receivedBytes: receivedBytes + received,
      };
      this.read();
    }
    return this;
  }

  handshake(): this {
    this.counters = { ...this.counters, latestHandshakeAt: this.now };
    return this.pass(2, () => ({ sent: INITIATION, received: 92 }));
  }

  get isTroubled(): boolean {
    return this.sight.troubled.length > 0;
  }
}

/** A persistent keepalive every so often. */
const keepalives = (every: number) => (second: number) => ({ sent: second % every < 2 ? KEEPALIVE : 0 });
/** Data that nobody answers, and WireGuard's calls. */
const inVain = (second: number) => ({ sent: second % 4 === 0 ? INITIATION : 1000 });
const conversation = () => ({ sent: 1000, received: 1000 });

describe('a peer is well', () => {
  it('that is silent because nothing is sent, for as long as nobody sends', () => {
    expect(new Device().pass(7200).isTroubled).toBe(false);
  });

  it('that is spoken to after hours, and answers', () => {
    const device = new Device().pass(7200).handshake().pass(60, conversation);
    expect(device.isTroubled).toBe(false);
  });

  it('that hears keepalives and answers none, as the protocol has it, until the handshake is renewed', () => {
    const device = new Device({ keepaliveSeconds: 25 });
    for (let renewals = 0; renewals < 20; renewals += 1) {
      device.pass(122, keepalives(25));
      expect(device.isTroubled).toBe(false);
      device.handshake();
    }
  });

  it('that renews the handshake only when the session is over and a slow keepalive wants to be sent', () => {
    const device = new Device({ keepaliveSeconds: 120 }).pass(238, keepalives(120)).handshake();
    expect(device.isTroubled).toBe(false);
  });

  it('that is sent data and answers with nothing but a keepalive within ten seconds', () => {
    const device = new Device();
    device.pass(3600, (second) => ({
      sent: 500,
      received: second % 10 === 0 ? KEEPALIVE : 0,
    }));
    expect(device.isTroubled).toBe(false);
  });

  it('whose calls are lost for less than WireGuard’s patience', () => {
    const device = new Device().pass(28, inVain);
    expect(device.isTroubled).toBe(false);
    expect(device.pass(2, conversation).pass(28, inVain).isTroubled).toBe(false);
  });

  it('that was sent no more than keepalives', () => {
    const device = new Device().pass(2, () => ({ sent: 2 * KEEPALIVE })).pass(60);
    expect(device.isTroubled).toBe(false);
  });

  it('that is called in the last second of a session: it may still answer what is sent in it', () => {
    const device = new Device().pass(178);
    device.pass(2, () => ({ sent: INITIATION })).pass(16);
    expect(device.isTroubled).toBe(false);
  });

  it('that shakes hands, though nothing else of it is counted', () => {
    const device = new Device().pass(28, inVain);
    device.counters = { ...device.counters, latestHandshakeAt: device.now };
    expect(device.pass(20, inVain).isTroubled).toBe(false);
  });

  it('whose endpoint the device does not tell', () => {
    const device = new Device();
    device.counters = { ...device.counters, endpoint: null };
    expect(device.pass(2).isTroubled).toBe(false);
  });

  it('whatever the wall clock is set to', () => {
    const device = new Device();
    device.counters = { ...device.counters, latestHandshakeAt: EPOCH - 86_400 };
    expect(device.read().pass(60, conversation).isTroubled).toBe(false);
  });
});

describe('a peer is silent', () => {
  it('that answers neither data nor calls, long before the session is over', () => {
    const device = new Device();
    device.pass(60, conversation);
    const since = device.now;
    device.pass(40, inVain);
    expect(device.sight.troubled).toEqual([{ kind: 'silent', publicKey: device.publicKey, since }]);
  });

  it('after thirty seconds of data that nobody answers', () => {
    const device = new Device().pass(30, inVain);
    expect(device.isTroubled).toBe(false);
    expect(device.pass(2, inVain).isTroubled).toBe(true);
  });

  it('that answers no data, however many keepalives are sent besides', () => {
    const device = new Device({ keepaliveSeconds: 25 }).pass(40, inVain);
    expect(device.isTroubled).toBe(true);
  });

  it('since it was heard last, whatever the wall clock is set to afterwards', () => {
    const device = new Device().pass(40, inVain);
    device.clockSet = 86_400;
    device.pass(10, inVain);
    expect(device.sight.troubled).toMatchObject([{ kind: 'silent', since: EPOCH }]);
  });

  it('that lets the handshake grow older than a session while keepalives are sent', () => {
    const device = new Device({ keepaliveSeconds: 25 });
    // The sender calls with the first keepalive after two minutes and every five seconds from then on.
    device.pass(180, (second) => (second < 150 ? keepalives(25)(second) : {}));
    expect(device.isTroubled).toBe(false);
    device.pass(24, (second) => ({ sent: second % 6 === 0 ? INITIATION : 0 }));
    expect(device.isTroubled).toBe(true);
  });

  it('that is called after hours and does not answer', () => {
    const device = new Device().pass(7200);
    const since = EPOCH;
    device.pass(24, (second) => ({ sent: second % 6 === 0 ? INITIATION : 0 }));
    expect(device.sight.troubled).toEqual([{ kind: 'silent', publicKey: device.publicKey, since }]);
  });

  it('that has never answered', () => {
    const device = new Device();
    device.counters = { ...device.counters, latestHandshakeAt: null, receivedBytes: 0 };
    device.read().pass(24, (second) => ({ sent: second % 6 === 0 ? INITIATION : 0 }));
    expect(device.isTroubled).toBe(true);
  });

  it('that has never answered, soon after the machine has started too', () => {
    const device = new Device({ boot: 10 });
    device.counters = { ...device.counters, latestHandshakeAt: null, receivedBytes: 0 };
    device.read().pass(24, (second) => ({ sent: second % 6 === 0 ? INITIATION : 0 }));
    expect(device.isTroubled).toBe(true);
  });

  it('until it is heard, also while nothing is sent', () => {
    const device = new Device().pass(60, inVain).pass(600);
    expect(device.isTroubled).toBe(true);
    expect(device.handshake().isTroubled).toBe(false);
  });
});

describe('sleep', () => {
  it('is noticed, and what was sent before it counts for nothing', () => {
    const device = new Device().pass(20, inVain);
    device.boot += 8 * 3600;
    expect(device.read().sight).toMatchObject({ networkChanged: true, troubled: [] });
    expect(device.pass(14, inVain).isTroubled).toBe(false);
    expect(device.sight.networkChanged).toBe(false);
  });

  it('is a gap of more than twenty seconds between two looks, and the first look follows none', () => {
    const device = new Device();
    expect(device.sight.networkChanged).toBe(false);
    device.boot += 20;
    expect(device.read().sight.networkChanged).toBe(false);
    device.boot += 21;
    expect(device.read().sight.networkChanged).toBe(true);
  });

  it('is followed by a session that is over: who does not answer then is silent soon', () => {
    const device = new Device().pass(20, conversation);
    device.boot += 8 * 3600;
    device.read().pass(20, inVain);
    expect(device.isTroubled).toBe(true);
  });

  it('does not make a silent peer well', () => {
    const device = new Device().pass(60, inVain);
    device.boot += 3600;
    expect(device.read().isTroubled).toBe(true);
  });
});

describe('a peer that strays', () => {
  it.each([
    ['another address', { address: '203.0.113.77', port: 51_820 }],
    ['another port', { address: '203.0.113.2', port: 4500 }],
  ])('to %s is troubled for as long as it is there', (_name, to) => {
    const device = new Device();
    const told = device.counters.endpoint;
    device.counters = { ...device.counters, endpoint: to };
    device.pass(2, conversation);
    expect(device.sight.troubled).toEqual([{ kind: 'strayed', publicKey: device.publicKey, to }]);
    device.counters = { ...device.counters, endpoint: told };
    expect(device.read().isTroubled).toBe(false);
  });

  it('has strayed rather than fallen silent', () => {
    const device = new Device().pass(60, inVain);
    device.counters = { ...device.counters, endpoint: { address: '203.0.113.77', port: 51_820 } };
    expect(device.read().sight.troubled).toMatchObject([{ kind: 'strayed' }]);
  });
});

describe('the machine’s own addresses', () => {
  it('that change are told', () => {
    const device = new Device();
    device.own = ['192.0.2.20'];
    expect(device.pass(2).sight).toMatchObject({ networkChanged: true, troubled: [] });
    expect(device.pass(2).sight.networkChanged).toBe(false);
  });

  it('of another kind than the peer’s make it unreachable at once', () => {
    const device = new Device();
    device.own = ['2001:db8:1::2', 'fe80::1'];
    expect(device.pass(2).sight.troubled).toEqual([
      { kind: 'unreachable', publicKey: device.publicKey, own: device.own },
    ]);
  });

  it('that are gone make nobody unreachable: the machine is offline', () => {
    const device = new Device();
    device.own = [];
    expect(device.pass(2).isTroubled).toBe(false);
  });
});

it('a peer that the device does not list is not judged: that is told otherwise', () => {
  const [peer] = makeRequest().peers;
  const { counters, sight } = new Device().pass(60, inVain);
  if (peer === undefined) throw new Error('no peer');
  for (const readings of [[], [counters]]) {
    const expected = [{ ...peer, keepaliveSeconds: 0 }];
    const seen = lookAtPeers(sight.watch, { readings, expected, own: [], sinceBoot: 5062, now: EPOCH });
    expect(seen.troubled).toEqual([]);
    expect(seen.watch.peers.size).toBe(0);
  }
});
