import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_MESSAGE_BYTES } from '#shared/contract/daemon-contract.ts';
import { RawClient, ServiceScene } from '#test/daemon/service/service-scene.ts';
import { issueStatusList, NOW } from '#test/shared/registration/issue.ts';

/** An enabled user may be as rude as they like on their own socket: the administrator is served. */
describe('a hundred rude connections of one user', () => {
  let scene: ServiceScene;
  const crowd: RawClient[] = [];
  beforeEach(async () => {
    scene = new ServiceScene();
    scene.trustGateway();
    await scene.start();
  });
  afterEach(async () => {
    for (const client of crowd.splice(0)) client.socket.destroy();
    await scene.remove();
  });

  const gather = (act: (client: RawClient) => void): void => {
    for (let one = 0; one < 100; one += 1) {
      const client = new RawClient(scene.userSocket);
      crowd.push(client);
      act(client);
    }
  };
  const list = (): string => issueStatusList(scene.gateway, { iat: NOW - 120, size: 1_000_000 });

  const rudeness: Readonly<Record<string, () => (client: RawClient) => void>> = {
    'that say nothing': () => () => undefined,
    'that send a line without an end': () => (client) => client.send('x'.repeat(MAX_MESSAGE_BYTES - 1)),
    'that send noise': () => (client) =>
      client.send(Buffer.from(Array.from({ length: 4096 }, (_, i) => i % 251))),
    'that never read what they ask for': () => (client) => {
      client.hello().socket.pause();
      for (let id = 0; id < 500; id += 1) client.send({ id, method: 'challenge', parameters: {} });
    },
    'that have signatures verified': () => {
      const statusList = list();
      return (client) => {
        client.hello();
        for (let id = 0; id < 5; id += 1) client.send({ id, method: 'deliver', parameters: { statusList } });
      };
    },
    'that refresh without a pause': () => (client) => {
      client.hello();
      for (let id = 0; id < 100; id += 1) client.send({ id, method: 'refresh', parameters: {} });
    },
  };

  test.each(Object.entries(rudeness))('%s', async (_, act) => {
    gather(act());
    for (let turn = 0; turn < 3; turn += 1) {
      const administrator = await scene.greeted(scene.adminSocket);
      expect((await administrator.request('reloadAnchors')).result).toEqual({ anchors: ['test'] });
      expect((await administrator.request('disconnect')).result).toEqual({});
      administrator.socket.destroy();
    }
    expect(scene.log.filter(({ event }) => event === 'defect')).toEqual([]);
  });
});
