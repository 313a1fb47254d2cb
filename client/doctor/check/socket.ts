import { dirname } from 'node:path';
import { findings, type Finding } from '../finding.ts';
import type { Entry } from '../probe/probes.ts';
import type { Scene, ServiceView } from '../scene.ts';

/** shared/contract/paths.ts: the folder lets one user through, and the service's group, which its owner can change. */
const OTHERS = 0o007;
const SET_RIGHT = 'Have the administrator set it right: sudo sanad user enable YOUR-NAME';

const finding = findings('socket', {
  socket_yours: {
    state: 'ok',
    reason:
      'You may talk to the service, and your way is yours and not open to everybody. Its group and access lists were not looked at.',
  },
  socket_absent: {
    state: 'not_checked',
    reason: 'Your way to the service is prepared; the service opens it when it starts.',
  },
  socket_not_prepared: {
    state: 'failed',
    kind: 'permission',
    reason: 'You are not enabled to use Sanad on this machine.',
    nextAction: 'Ask the administrator to run: sudo sanad user enable YOUR-NAME',
  },
  socket_place_missing: {
    state: 'failed',
    kind: 'internal',
    reason: 'The folders through which users reach the service are not there.',
    nextAction: 'Have the administrator install the package again.',
  },
  socket_of_another: {
    state: 'failed',
    kind: 'permission',
    reason: 'The folder of your way to the service does not belong to you.',
    nextAction: SET_RIGHT,
  },
  socket_open_to_others: {
    state: 'warning',
    kind: 'permission',
    reason: 'Other users of this machine get through to the service over your way.',
    nextAction: SET_RIGHT,
  },
});

/** Whether this person gets through to the service, and not everybody. */
export async function checkSocket({ uid, client, probes, service }: Scene): Promise<readonly Finding[]> {
  const folder = dirname(client.daemonSocket);
  const [view, parent, own] = await Promise.all([
    service,
    probes.entry(dirname(folder)),
    probes.entry(folder),
  ]);
  return [judgeSocket({ uid, view, parent, folder: own })];
}

interface Seen {
  readonly uid: number;
  readonly view: ServiceView;
  /** Above the folder: everybody's. */
  readonly parent: Entry | null;
  readonly folder: Entry | null;
}

export function judgeSocket({ uid, view, parent, folder }: Seen): Finding {
  if (parent === null) return finding('socket_place_missing');
  if (folder === null) return finding(uid === 0 ? 'socket_place_missing' : 'socket_not_prepared');
  if (folder.uid !== uid) return finding('socket_of_another');
  if ((folder.mode & OTHERS) !== 0) return finding('socket_open_to_others');
  return finding(view.kind === 'answers' ? 'socket_yours' : 'socket_absent');
}
