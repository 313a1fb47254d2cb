import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApplicationStore } from '#client/application/application-store.ts';
import { askRouter } from '#client/application/line/ask-router.ts';
import { lookAtLine } from '#client/application/line/look-at-line.ts';
import { defaultRouter, ownAddresses } from '#client/application/line/own-addresses.ts';
import { NOW } from '#test/shared/registration/issue.ts';
import { connectedOn, ID, useTestClient } from '../registration/test-client.ts';

const DAY = 86_400;
const sight = { own: () => ['192.168.1.5'], router: () => Promise.resolve(undefined) };
const world = useTestClient();

const seenAs = (address: string): void => world.answerJson('GET /v1/public-address', { address });
const look = async (days = 0) => {
  const client = { ...world.context, now: () => NOW + days * DAY };
  return await lookAtLine(client, new ApplicationStore(client), sight);
};

describe('looking at a line', () => {
  it('remembers by day what was seen, and says when it was another address', async () => {
    seenAs('39.32.10.1');
    expect(await look()).toMatchObject({ look: 'unknown', ground: 'first', publicAddress: '39.32.10.1' });
    expect(await look(1)).toMatchObject({ look: 'unknown', ground: 'same' });
    seenAs('39.32.10.2');
    expect(await look(2)).toMatchObject({ look: 'dynamic', ground: 'changed' });
  });

  it('keeps no address: only marks under a salt', async () => {
    seenAs('39.32.10.1');
    await look();
    const history = await new ApplicationStore(world.context).line();
    expect(history?.seen).toHaveLength(1);
    expect(JSON.stringify(history)).not.toContain('39.32');
  });

  it('asks nobody while a tunnel is up, and knows nothing then', async () => {
    seenAs('39.32.10.1');
    world.state = connectedOn(ID);
    expect(await look()).toMatchObject({ look: 'unknown', ground: 'unseen', publicAddress: undefined });
    expect(world.gateway.requests).toEqual([]);
  });

  it('goes on where no office answers', async () => {
    expect(await look()).toMatchObject({ ground: 'unseen' });
  });
});

describe('what a computer sees of itself', () => {
  it('leaves out the addresses of tunnels: some have them of the range that providers share out', () => {
    const entry = (address: string) => [{ address, internal: false }] as never;
    const interfaces = {
      eth0: entry('192.168.1.5'),
      tailscale0: entry('100.64.0.1'),
      wg0: entry('10.6.0.2'),
    };
    expect(ownAddresses({ ...interfaces, ppp0: entry('100.70.1.2') })).toEqual(['192.168.1.5', '100.70.1.2']);
  });

  it('finds the router as Linux writes it', () => {
    const routes = 'Iface\tDestination\tGateway\tFlags\neth0\t00000000\t0101A8C0\t0003\t0\n';
    expect(defaultRouter(routes)).toBe('192.168.1.1');
    expect(defaultRouter(routes.replace('eth0', 'wg0'))).toBeUndefined();
    expect(defaultRouter('')).toBeUndefined();
  });
});

describe('asking a router for its outer address (NAT-PMP)', () => {
  let router: ReturnType<typeof createSocket>;
  let answer: Buffer;
  const asked: Buffer[] = [];
  beforeEach(async () => {
    asked.length = 0;
    router = createSocket('udp4');
    router.on('message', (message, from) => {
      asked.push(message);
      router.send(answer, from.port, from.address);
    });
    await new Promise<void>((resolve) => router.bind(0, '127.0.0.1', resolve));
  });
  afterEach(() => router.close());
  const ask = () => askRouter('127.0.0.1', { port: router.address().port, milliseconds: 20_000 });

  it('takes the answer and asks for nothing else', async () => {
    answer = Buffer.from([0, 128, 0, 0, 0, 0, 0, 1, 100, 70, 1, 2]);
    expect(await ask()).toBe('100.70.1.2');
    expect(asked).toEqual([Buffer.from([0, 0])]);
  });

  it('takes nothing that is no answer, and no address where it has none', async () => {
    answer = Buffer.from([0, 128, 0, 3, 0, 0, 0, 1, 100, 70, 1, 2]);
    expect(await ask()).toBeUndefined();
    answer = Buffer.from([0, 128, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    expect(await ask()).toBeUndefined();
  });

  it('waits no longer than it is told to for one that says nothing', async () => {
    const silent = createSocket('udp4');
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
    expect(await askRouter('127.0.0.1', { port: silent.address().port, milliseconds: 50 })).toBeUndefined();
    silent.close();
  });
});
