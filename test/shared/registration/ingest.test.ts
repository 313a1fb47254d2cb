import { describe, expect, test } from 'vitest';
import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import { acceptKeySet, findKey, restoreKeySet } from '#shared/registration/key-set.ts';
import {
  acceptDeliveredStatusList,
  acceptStatusList,
  restoreStatusList,
} from '#shared/registration/status-list.ts';
import type { VerifiedStatusList } from '#shared/registration/status-list.ts';
import { refusalThrown } from './attack.ts';
import {
  acceptedKeySet,
  acceptedStatusList,
  clockAt,
  DAY,
  issueKeySet,
  issueStatusList,
  keySetClaims,
  makeGateway,
  NOW,
} from './issue.ts';

const gateway = makeGateway();
const { anchor } = gateway;
const clock = clockAt(NOW);
const primitives = nodePrimitives;

describe('acceptKeySet', () => {
  test('tells what the root key vouches for', () => {
    const keySet = acceptedKeySet(gateway, { status_origins: ['https://cdn.test'] });
    expect(keySet).toMatchObject({ issuer: gateway.origin, version: 1, statusOrigins: ['https://cdn.test'] });
    expect(findKey(keySet, gateway.statusKey.kid)?.roles).toEqual(['status']);
    expect(findKey(keySet, gateway.root.kid)).toBeUndefined();
  });

  test('answers the same key set again with the stored one', () => {
    const stored = acceptedKeySet(gateway);
    expect(acceptKeySet({ text: stored.text, anchor, stored, clock, primitives })).toBe(stored);
  });

  test('takes a newer version over the stored one', () => {
    const stored = acceptedKeySet(gateway);
    const text = issueKeySet(gateway, { version: 2 });
    expect(acceptKeySet({ text, anchor, stored, clock, primitives }).version).toBe(2);
  });

  test('takes any of the anchor’s root keys', () => {
    const second = makeGateway();
    const two = { ...anchor, root_keys: [...anchor.root_keys, second.root.publicJwk] };
    const text = issueKeySet(gateway, { signer: second.root });
    expect(acceptKeySet({ text, anchor: two, stored: undefined, clock, primitives }).version).toBe(1);
  });
});

test('a key set that is stored for one gateway is nobody else’s', () => {
  const stored = acceptedKeySet(gateway);
  const other = makeGateway('https://other.test').anchor;
  const refused = refusalThrown(() =>
    acceptKeySet({ text: stored.text, anchor: other, stored, clock, primitives }),
  );
  expect(refused?.code).toBe('key_set_root_unknown');
});

describe('restoreKeySet', () => {
  test('reads back an expired key set, which goes on keeping older ones out', () => {
    const text = issueKeySet(gateway, { version: 5, exp: NOW - 1 });
    const stored = restoreKeySet({ text, anchor, primitives });
    const older = issueKeySet(gateway, { version: 4 });
    const refused = refusalThrown(() => acceptKeySet({ text: older, anchor, stored, clock, primitives }));
    expect(refused?.code).toBe('key_set_older');
  });

  test('verifies what it reads', () => {
    const forged = issueKeySet(gateway, { signer: { ...gateway.statusKey, kid: gateway.root.kid } });
    const refused = refusalThrown(() => restoreKeySet({ text: forged, anchor, primitives }));
    expect(refused?.code).toBe('key_set_signature_invalid');
  });
});

describe('acceptStatusList', () => {
  const keySet = acceptedKeySet(gateway);

  test('reads each status by its index', () => {
    const list = acceptedStatusList(gateway, { size: 10, statuses: { 1: 1, 2: 2, 3: 3, 9: 1 } });
    const statuses = Array.from({ length: 12 }, (_, index) => list.statusAt(index));
    expect(statuses).toEqual([0, 1, 2, 3, 0, 0, 0, 0, 0, 1, 0, 0]);
    for (const index of [12, -1, 0.5, Number.NaN, Infinity]) expect(list.statusAt(index)).toBeUndefined();
  });

  test('answers the same list again with the stored one', () => {
    const stored = acceptedStatusList(gateway);
    expect(acceptStatusList({ text: stored.text, keySet, stored, clock, primitives })).toBe(stored);
  });

  test('takes a list that is a second newer', () => {
    const stored = acceptedStatusList(gateway);
    const text = issueStatusList(gateway, { iat: stored.issuedAt + 1, statuses: { 7: 1 } });
    expect(acceptStatusList({ text, keySet, stored, clock, primitives }).statusAt(7)).toBe(1);
  });

  test('takes a list from an origin that the key set names', () => {
    const text = issueStatusList(gateway, { sub: 'https://cdn.test/list/1' });
    const wider = acceptedKeySet(gateway, { status_origins: ['https://cdn.test'] });
    const list = acceptStatusList({ text, keySet: wider, stored: undefined, clock, primitives });
    expect(list.uri).toBe('https://cdn.test/list/1');
  });

  test('takes a list of four million entries', () => {
    const list = acceptedStatusList(gateway, { size: 4 * 1024 * 1024 });
    expect(list.statusAt(4 * 1024 * 1024 - 1)).toBe(0);
    expect(list.statusAt(4 * 1024 * 1024)).toBeUndefined();
  });
});

describe('acceptDeliveredStatusList', () => {
  const other = makeGateway('https://other.test');
  const keySets = [acceptedKeySet(other), acceptedKeySet(gateway)];

  test('finds the gateway by the key, and the list it replaces by the address', () => {
    const stored = new Map(
      [acceptedStatusList(gateway), acceptedStatusList(other)].map((list) => [list.uri, list]),
    );
    const text = issueStatusList(gateway, { iat: NOW });
    const list = acceptDeliveredStatusList({ text, keySets, stored, clock, primitives });
    expect(list).toMatchObject({ issuer: gateway.origin, issuedAt: NOW });
    const [same] = [...stored.values()];
    expect(acceptDeliveredStatusList({ text: same?.text ?? '', keySets, stored, clock, primitives })).toBe(
      same,
    );
  });

  test('takes a list from a place that is no gateway’s, and again from its owner', () => {
    const sub = 'https://cdn.test/1';
    const wide = [acceptedKeySet(other), acceptedKeySet(gateway, { status_origins: ['https://cdn.test'] })];
    const deliver = (text: string, stored: ReadonlyMap<string, VerifiedStatusList>) =>
      acceptDeliveredStatusList({ text, keySets: wide, stored, clock, primitives });
    const first = deliver(issueStatusList(gateway, { sub }), new Map());
    expect(first.uri).toBe(sub);
    expect(deliver(issueStatusList(gateway, { sub, iat: NOW }), new Map([[sub, first]])).issuedAt).toBe(NOW);
  });

  test('gives a gateway its own place back, whatever stands there', () => {
    const sub = gateway.statusListUri;
    const claiming = acceptedKeySet(other, { status_origins: [gateway.origin] });
    const squatter = acceptedStatusList(other, { sub, iat: NOW }, claiming);
    const text = issueStatusList(gateway);
    const stored = new Map([[sub, squatter]]);
    const list = acceptDeliveredStatusList({ text, keySets, stored, clock, primitives });
    expect(list.issuer).toBe(gateway.origin);
  });

  test('a key that two gateways list speaks for the one it names', () => {
    const shared = { ...other, statusKey: gateway.statusKey };
    const both = [acceptedKeySet(shared), acceptedKeySet(gateway)];
    const text = issueStatusList(gateway);
    const list = acceptDeliveredStatusList({ text, keySets: both, stored: new Map(), clock, primitives });
    expect(list.issuer).toBe(gateway.origin);
  });
});

describe('restoreStatusList', () => {
  test('reads back an expired list, which goes on keeping older ones out', () => {
    const keySet = acceptedKeySet(gateway);
    const stored = restoreStatusList({
      text: issueStatusList(gateway, { iat: NOW - 2 * DAY, exp: NOW - 1 }),
      keySet,
      primitives,
    });
    const text = issueStatusList(gateway, { iat: NOW - 3 * DAY });
    const refused = refusalThrown(() => acceptStatusList({ text, keySet, stored, clock, primitives }));
    expect(refused?.code).toBe('status_list_older');
  });
});

test('the scene’s key set holds no more than it needs', () => {
  expect(keySetClaims(gateway).keys).toHaveLength(2);
});
