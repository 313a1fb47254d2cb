import type { StatusListClaims } from '#shared/registration/status-list.ts';
import type { Attack } from './attack.ts';
import { connect, saying } from './attack.ts';
import type { Scene, StatusListChanges } from './issue.ts';
import {
  acceptedKeySet,
  acceptedStatusList,
  clockAt,
  DAY,
  keySetClaims,
  makeGateway,
  makeKey,
  NOW,
} from './issue.ts';

const HOUR = 3600;

function withList(changes: StatusListChanges) {
  return ({ gateway }: Scene) => {
    const list = acceptedStatusList(gateway, changes);
    return { statusLists: new Map([[list.uri, list]]) };
  };
}

function withListAt(now: number, changes: Partial<StatusListClaims>) {
  return (scene: Scene) => ({ ...withList(changes)(scene), clock: clockAt(now) });
}

export const statusAttacks: readonly Attack[] = [
  connect('no status list', 'status_list_missing', () => ({ statusLists: new Map() })),
  connect(
    'a certificate that names another list',
    'status_list_missing',
    saying(({ gateway }) => ({
      status: { status_list: { idx: 7, uri: `${gateway.origin}/v1/status-list/2` } },
    })),
  ),
  connect('the list of another gateway under this address', 'status_list_issuer_wrong', (scene) => {
    const list = acceptedStatusList(makeGateway('https://other.test'));
    return { statusLists: new Map([[scene.gateway.statusListUri, list]]) };
  }),
  connect('another list of this gateway under this address', 'status_list_issuer_wrong', ({ gateway }) => {
    const list = acceptedStatusList(gateway, { sub: `${gateway.origin}/v1/status-list/2` });
    return { statusLists: new Map([[gateway.statusListUri, list]]) };
  }),
  connect('a list for this address by another gateway', 'status_list_issuer_wrong', ({ gateway }) => {
    const rival = makeGateway('https://rival.test');
    const keySet = acceptedKeySet(rival, { status_origins: [gateway.origin] });
    const list = acceptedStatusList(rival, { sub: gateway.statusListUri }, keySet);
    return { statusLists: new Map([[list.uri, list]]) };
  }),
  connect('a list whose key was withdrawn since', 'status_list_key_not_allowed', ({ gateway }) => {
    const [certificateKey] = keySetClaims(gateway).keys;
    return {
      keySets: [acceptedKeySet(gateway, { version: 2, keys: certificateKey ? [certificateKey] : [] })],
    };
  }),
  connect(
    'a list past its exp within the grace',
    'status_list_expired',
    withListAt(NOW + HOUR, { iat: NOW - 60, exp: NOW + HOUR }),
  ),
  connect(
    'a list past the grace before its exp',
    'status_list_stale',
    withListAt(NOW + 72 * HOUR + 1, { iat: NOW, exp: NOW + 7 * DAY }),
  ),
  connect('a list past the grace by the floor, not by the clock', 'status_list_stale', (scene) => ({
    ...withList({ iat: NOW - 72 * HOUR, exp: NOW + DAY })(scene),
    clock: { now: NOW, floor: NOW + 1 },
  })),
  connect(
    'an index one beyond the list',
    'status_index_out_of_range',
    saying(({ gateway }) => ({ status: { status_list: { idx: 1024, uri: gateway.statusListUri } } })),
  ),
  connect(
    'an index far beyond any list',
    'status_index_out_of_range',
    saying(({ gateway }) => ({
      status: { status_list: { idx: Number.MAX_SAFE_INTEGER, uri: gateway.statusListUri } },
    })),
  ),
  connect('a revoked certificate', 'registration_revoked', withList({ statuses: { 7: 1 } })),
  connect('a suspended certificate', 'registration_suspended', withList({ statuses: { 7: 2 } })),
  connect('status value 3', 'status_unknown', withList({ statuses: { 7: 3 } })),
  connect('a key set without the certificate’s key, signed anew', 'key_unknown', (scene) => {
    const other = { ...scene.gateway, certificateKey: makeKey() };
    return { keySets: [acceptedKeySet(other, { version: 2 })] };
  }),
];
