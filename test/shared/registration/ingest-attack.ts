import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import type { KeySetClaims } from '#shared/registration/key-set.ts';
import { KEY_SET_TYPE, MAX_KEY_SET_BYTES } from '#shared/registration/key-set.ts';
import {
  MAX_INFLATED_BYTES,
  MAX_STATUS_LIST_BYTES,
  STATUS_LIST_TYPE,
} from '#shared/registration/status-list.ts';
import { thumbprint } from '#shared/registration/thumbprint.ts';
import type { Attack, Trial } from './attack.ts';
import { accept } from './attack.ts';
import type { StatusListChanges } from './issue.ts';
import {
  acceptedKeySet,
  acceptedStatusList,
  clockAt,
  DAY,
  issueKeySet,
  issueStatusList,
  keySetClaims,
  makeGateway,
  makeKey,
  NOW,
  signJws,
  statusBytes,
} from './issue.ts';
import { compressedZeros, vary } from './variation.ts';

const gateway = makeGateway();
const keySet = acceptedKeySet(gateway);
const keySetTwo = acceptedKeySet(gateway, { version: 2 });
const list = acceptedStatusList(gateway);
const clock = clockAt(NOW);
const primitives = nodePrimitives;
const [firstKey] = keySetClaims(gateway).keys;
if (firstKey === undefined) throw new Error('a gateway has keys');

const takeKeySet = (text: string): Trial => ({
  kind: 'take_key_set',
  options: { text, anchor: gateway.anchor, stored: keySetTwo, clock, primitives },
});
const takeList = (text: string): Trial => ({
  kind: 'take_status_list',
  options: { text, keySet, stored: list, clock, primitives },
});
/** Where none is known yet. */
const takeFirstList = (text: string): Trial => ({
  kind: 'take_status_list',
  options: { text, keySet, stored: undefined, clock, primitives },
});
type Delivery = Extract<Trial, { kind: 'deliver_status_list' }>['options'];
const deliverList = (options: Partial<Delivery>): Trial => ({
  kind: 'deliver_status_list',
  options: { text: list.text, keySets: [keySet], stored: new Map(), clock, primitives, ...options },
});

const keySetHeader = { alg: 'Ed25519', typ: KEY_SET_TYPE, kid: gateway.root.kid };
const listHeader = { alg: 'Ed25519', typ: STATUS_LIST_TYPE, kid: gateway.statusKey.kid };

function keySetSaying(changes: object): string {
  return signJws(keySetHeader, { ...keySetClaims(gateway, { version: 3 }), ...changes }, gateway.root);
}

function listSaying(changes: StatusListChanges): string {
  return issueStatusList(gateway, { iat: NOW, ...changes });
}

function listing(lst: string): string {
  return listSaying({ status_list: { bits: 2, lst } });
}

function keys(change: Partial<KeySetClaims['keys'][number]>): string {
  return keySetSaying({ keys: [{ ...firstKey, ...change }] });
}

const keySetAttacks: readonly Attack[] = [
  accept('an empty key set', 'key_set_malformed', () => takeKeySet('')),
  accept('HTML where a key set was asked for', 'key_set_malformed', () => takeKeySet('<html>Log in</html>')),
  accept('an oversize key set', 'key_set_malformed', () => takeKeySet('a'.repeat(MAX_KEY_SET_BYTES + 1))),
  accept('a status list in place of a key set', 'key_set_malformed', () => takeKeySet(list.text)),
  ...[{ alg: 'none' }, { typ: 'JWT' }, { jwk: gateway.root.publicJwk }, { crit: ['x'] }].map((header) =>
    accept(`a key set with header ${JSON.stringify(header).slice(0, 20)}`, 'key_set_malformed', () =>
      takeKeySet(
        signJws({ ...keySetHeader, ...header }, keySetClaims(gateway, { version: 3 }), gateway.root),
      ),
    ),
  ),
  ...[
    { ver: 2 },
    { iss: 'https://elsewhere.test' },
    { version: 0 },
    { version: 2.5 },
    { exp: NOW - DAY },
    { keys: {} },
    { gateway_origins: ['https://gateway.test/'] },
    { status_origins: ['file:///etc'] },
    { status_origins: ['https://user@cdn.test'] },
    { comment: '' },
  ].map((changes) =>
    accept(`a key set that says ${JSON.stringify(changes)}`, 'key_set_malformed', () =>
      takeKeySet(keySetSaying(changes)),
    ),
  ),
  accept('a key set with doubled claims', 'key_set_malformed', () =>
    takeKeySet(
      signJws(
        keySetHeader,
        JSON.stringify(keySetClaims(gateway)).replace('{', '{"version":9,'),
        gateway.root,
      ),
    ),
  ),
  accept('a key under another key’s kid', 'key_set_malformed', () =>
    takeKeySet(keys({ kid: gateway.statusKey.kid })),
  ),
  accept('a key in another spelling, under its thumbprint', 'key_set_malformed', () => {
    const x = `${'A'.repeat(42)}B`;
    return takeKeySet(keys({ x, kid: thumbprint({ x }, primitives) }));
  }),
  accept('a private key in a key set', 'key_set_malformed', () =>
    takeKeySet(keySetSaying({ keys: [{ ...firstKey, d: 'AAAA' }] })),
  ),
  ...['.example', 'Example', '192.0.2.1', '', '*.example'].map((suffix) =>
    accept(`the host suffix "${suffix}"`, 'key_set_malformed', () =>
      takeKeySet(keys({ host_suffixes: [suffix] })),
    ),
  ),
  accept('a key set signed by another root', 'key_set_root_unknown', () =>
    takeKeySet(issueKeySet(gateway, { version: 3, signer: makeKey() })),
  ),
  accept('a key set signed by an issuing key', 'key_set_root_unknown', () =>
    takeKeySet(issueKeySet(gateway, { version: 3, signer: gateway.certificateKey })),
  ),
  accept('another root under this root’s kid', 'key_set_signature_invalid', () =>
    takeKeySet(issueKeySet(gateway, { version: 3, signer: { ...makeKey(), kid: gateway.root.kid } })),
  ),
  accept('a key listed twice', 'key_set_duplicate_key', () =>
    takeKeySet(keySetSaying({ keys: [firstKey, firstKey] })),
  ),
  accept('a role that is not known', 'key_set_role_unknown', () => takeKeySet(keys({ roles: ['root'] }))),
  accept('an older key set', 'key_set_older', () => takeKeySet(keySet.text)),
  accept('the same version with other bytes', 'key_set_conflict', () =>
    takeKeySet(keySetSaying({ version: 2, iat: NOW - 1 })),
  ),
  accept('an expired key set', 'key_set_expired', () => takeKeySet(keySetSaying({ exp: NOW }))),
];

const statusListAttacks: readonly Attack[] = [
  accept('an empty status list', 'status_list_malformed', () => takeList('')),
  accept('a status list with alg none', 'status_list_malformed', () =>
    takeList(signJws({ ...listHeader, alg: 'none' }, {}, gateway.statusKey)),
  ),
  accept('a certificate’s type on a list', 'status_list_malformed', () =>
    takeList(signJws({ ...listHeader, typ: 'JWT' }, {}, gateway.statusKey)),
  ),
  accept('a list of one bit a status', 'status_list_malformed', () =>
    takeList(
      signJws(
        listHeader,
        { ...listClaims(), status_list: { bits: 1, lst: statusBytes(8) } },
        gateway.statusKey,
      ),
    ),
  ),
  accept('a list without exp', 'status_list_malformed', () =>
    takeList(signJws(listHeader, { ...listClaims(), exp: undefined }, gateway.statusKey)),
  ),
  accept('a list that stands for eight days', 'status_list_malformed', () =>
    takeList(listSaying({ exp: NOW + 8 * DAY })),
  ),
  accept('a list with ttl 0', 'status_list_malformed', () => takeList(listSaying({ ttl: 0 }))),
  accept('a list with a doubled lst', 'status_list_malformed', () =>
    takeList(
      signJws(
        listHeader,
        JSON.stringify(listClaims()).replace('"lst":', '"lst":"AA","lst":'),
        gateway.statusKey,
      ),
    ),
  ),
  accept('statuses that are not zlib', 'status_list_malformed', () => takeList(listing('AAAA'))),
  accept('statuses cut short', 'status_list_malformed', () =>
    takeList(listing(statusBytes(1_000_000).slice(0, -8))),
  ),
  accept('statuses in non-canonical base64url', 'status_list_malformed', () => takeList(listing('AB'))),
  accept('an oversize list', 'status_list_too_large', () => takeList('a'.repeat(MAX_STATUS_LIST_BYTES + 1))),
  accept('a decompression bomb of 16 MiB', 'status_list_too_large', () =>
    takeList(listing(compressedZeros(2 ** 24).toString('base64url'))),
  ),
  accept('one byte more than may be inflated', 'status_list_too_large', () =>
    takeList(listing(compressedZeros(MAX_INFLATED_BYTES + 1).toString('base64url'))),
  ),
  accept('a list signed by a stranger', 'status_list_key_not_allowed', () =>
    takeList(listSaying({ signer: makeKey() })),
  ),
  accept('a list signed by the certificate key', 'status_list_key_not_allowed', () =>
    takeList(listSaying({ signer: gateway.certificateKey })),
  ),
  accept('a delivered list that no key set vouches for', 'status_list_key_not_allowed', () =>
    deliverList({ keySets: [] }),
  ),
  accept('a stranger under the status key’s kid', 'status_list_signature_invalid', () =>
    takeList(listSaying({ signer: { ...makeKey(), kid: gateway.statusKey.kid } })),
  ),
  accept('a list in another gateway’s name', 'status_list_issuer_wrong', () =>
    takeList(listSaying({ iss: 'https://elsewhere.test' })),
  ),
  accept('a list signed by another joined gateway in this one’s name', 'status_list_issuer_wrong', () => {
    const rival = makeGateway('https://rival.test');
    return deliverList({
      text: issueStatusList(rival, { iss: gateway.origin, sub: gateway.statusListUri }),
      keySets: [keySet, acceptedKeySet(rival)],
    });
  }),
  ...['https://cdn.test/list', 'http://gateway.test/v1/status-list/1', 'file:///list', 'not an address'].map(
    (sub) =>
      accept(`a list for ${sub}`, 'status_list_issuer_wrong', () => takeFirstList(listSaying({ sub }))),
  ),
  accept('another list than the one asked for', 'status_list_issuer_wrong', () =>
    takeList(listSaying({ sub: `${gateway.origin}/v1/status-list/2` })),
  ),
  accept('an older list', 'status_list_older', () => takeList(listSaying({ iat: NOW - 61 }))),
  accept('an older list, delivered', 'status_list_older', () =>
    deliverList({ text: listSaying({ iat: NOW - 61 }), stored: new Map([[list.uri, list]]) }),
  ),
  accept('a list on another gateway’s own origin', 'status_list_issuer_wrong', () =>
    deliverAsRival(gateway.statusListUri, undefined),
  ),
  accept('a list in the place of another gateway’s', 'status_list_issuer_wrong', () =>
    deliverAsRival(sharedPlace, acceptedStatusList(gateway, { sub: sharedPlace }, withSharedPlace)),
  ),
  accept('the same second with other bytes', 'status_list_conflict', () =>
    takeList(listSaying({ iat: NOW - 60, statuses: { 7: 1 } })),
  ),
  accept('an expired list', 'status_list_expired', () => takeList(listSaying({ iat: NOW - 30, exp: NOW }))),
  accept('random bytes', 'status_list_malformed', () => takeList(vary.bytes(2000).toString('latin1'))),
];

/** Not on a gateway's own origin: both may have their lists there. */
const sharedPlace = 'https://cdn.test/1';
const withSharedPlace = acceptedKeySet(gateway, { status_origins: ['https://cdn.test'] });

/** Another gateway that was joined, whose own root lets its lists be anywhere. */
function deliverAsRival(sub: string, known: typeof list | undefined): Trial {
  const rival = makeGateway('https://rival.test');
  const status_origins = ['https://cdn.test', gateway.origin];
  return deliverList({
    text: issueStatusList(rival, { sub, iat: NOW }),
    keySets: [keySet, acceptedKeySet(rival, { status_origins })],
    stored: new Map(known === undefined ? [] : [[sub, known]]),
  });
}

function listClaims() {
  return {
    iss: gateway.origin,
    sub: gateway.statusListUri,
    iat: NOW,
    exp: NOW + DAY,
    ttl: 900,
    status_list: { bits: 2, lst: statusBytes(8) },
  };
}

export const ingestAttacks: readonly Attack[] = [...keySetAttacks, ...statusListAttacks];

/** What is taken with the same grounds. */
export const fairIngestTrials = [
  { name: 'a newer key set', code: null, prepare: () => takeKeySet(keySetSaying({})) },
  { name: 'a newer list', code: null, prepare: () => takeList(listSaying({})) },
] as const;
