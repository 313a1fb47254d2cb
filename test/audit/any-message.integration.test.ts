import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ServiceScene, type RawClient } from '#test/daemon/service/service-scene.ts';

let scene: ServiceScene;
let client: RawClient;
beforeAll(async () => {
  scene = new ServiceScene();
  scene.trustGateway();
  await scene.start();
  client = await scene.greeted();
  scene.fake.acts.length = 0;
});
afterAll(() => scene.remove());

const oddities = [
  ...['0.0.0.0/0', '::/0', '10.0.0.1/33', '1e3', '0x7f.1', '::ffff:1.2.3.4/128', 'xn--', 'a..b', '.', '-'],
  ...['１２７.0.0.1', '256.1.1.1/0', '//', '%00', 'fe80::1%eth0', 'constructor', '__proto__', 'toString'],
];
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom(...oddities));
const key = fc.constantFrom(`${'A'.repeat(43)}=`, `${'/'.repeat(43)}=`, '='.repeat(44), ' '.repeat(44));
const port = fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.integer(), fc.double());
const jws = fc.option(fc.string({ unit: fc.constantFrom('.', 'e', 'A', '_', 'y', 'J'), maxLength: 60 }), {
  nil: undefined,
});
const texts = fc.array(text, { maxLength: 3 });
const peer = fc.record({
  publicKey: key,
  endpoint: fc.record({ host: text, port }),
  allowedIps: texts,
});
const configuration = fc.record({
  privateKey: key,
  addresses: texts,
  dns: fc.record({ servers: texts, searchDomains: texts }),
  peers: fc.array(peer, { maxLength: 3 }),
});
const endpoint = fc.record({ publicKey: fc.oneof(text, key), host: text, port });
const calls = fc.oneof(
  fc.record({
    method: fc.constant('connect'),
    parameters: fc.record({
      tunnel: fc.oneof(text, fc.constant('office')),
      configuration,
      certificate: jws,
      deviceProof: jws,
    }),
  }),
  fc.record({
    method: fc.constant('checkRegistration'),
    parameters: fc.record({
      endpoints: fc.array(endpoint, { minLength: 1, maxLength: 3 }),
      certificate: jws,
    }),
  }),
  fc.record({ method: fc.constant('deliver'), parameters: fc.record({ keySet: jws, statusList: jws }) }),
  fc.record({ method: text, parameters: fc.dictionary(text, fc.jsonValue()) }),
);

/** A defect would be told as `internal_error`: whatever comes over the socket is foreseen. */
test('no message makes the service do anything, or stumble', async () => {
  const call = async (request: { readonly method: string; readonly parameters: object }): Promise<void> => {
    client.messages.length = 0;
    const { problem } = await client.request(request.method, request.parameters);
    expect(problem?.kind).not.toBe('internal');
    // The service's own refresh, which comes in time, is nobody's doing.
    expect(scene.fake.acts.filter((act) => !act.startsWith('get '))).toEqual([]);
  };
  await fc.assert(fc.asyncProperty(calls, call), { numRuns: 150 });
});
