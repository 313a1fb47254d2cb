import type { StoredTunnel } from '../../tunnel/stored-tunnel.ts';
import { findings, type Finding } from '../finding.ts';
import type { Scene, ServiceView } from '../scene.ts';

/** WireGuard's REJECT_AFTER_TIME: keys older than this carry nothing, so a tunnel in use has had a newer handshake. */
const REJECT_AFTER_SECONDS = 180;
const RECONNECT = 'Connect anew: sanad disconnect, then sanad connect NAME';

const finding = findings('handshake', {
  handshake_fresh: { state: 'ok', reason: 'The VPN server answers.' },
  handshake_old: {
    state: 'warning',
    kind: 'daemon',
    reason: 'The VPN server has not been heard for a while; that is normal where nothing was sent.',
    nextAction: 'Open a web page; if it does not come: sanad disconnect, then sanad connect NAME',
  },
  handshake_lost: {
    state: 'failed',
    kind: 'daemon',
    reason: 'The VPN server no longer answers, although the tunnel keeps calling it.',
    nextAction: RECONNECT,
  },
  handshake_never: {
    state: 'failed',
    kind: 'daemon',
    reason: 'The VPN server has not answered yet.',
    nextAction: RECONNECT,
  },
  handshake_no_tunnel: { state: 'not_checked', reason: 'No tunnel is up.' },
  handshake_of_another: { state: 'not_checked', reason: 'The tunnel that is up belongs to another user.' },
  handshake_no_service: {
    state: 'not_checked',
    reason: 'Only the service can see it, and it does not answer.',
  },
});

/** Whether the VPN server at the other end is there. */
export async function checkHandshake({ service, tunnels, client }: Scene): Promise<readonly Finding[]> {
  const [view, known] = await Promise.all([service, tunnels]);
  return judgeHandshake({ view, tunnels: known, now: client.now() });
}

interface Seen {
  readonly view: ServiceView;
  readonly tunnels: readonly StoredTunnel[];
  readonly now: number;
}

export function judgeHandshake({ view, tunnels, now }: Seen): readonly Finding[] {
  if (view.kind === 'silent') return [finding('handshake_no_service')];
  const { state } = view.status;
  if (state.kind !== 'connected') return [finding('handshake_no_tunnel')];
  if (state.tunnel === null || state.peers.length === 0) return [finding('handshake_of_another')];
  const stored = tunnels.find(({ name }) => name === state.tunnel);
  return state.peers.map(({ publicKey, endpoint, latestHandshakeAt }) => {
    const peer = stored?.configuration.peers.find((one) => one.publicKey === publicKey);
    const isCalling = (peer?.persistentKeepaliveSeconds ?? 0) > 0;
    const age = latestHandshakeAt === null ? null : Math.max(0, now - latestHandshakeAt);
    return judgePeer(age, { isCalling, subject: state.tunnel, endpoint });
  });
}

interface PeerSeen {
  /** It sends by itself, so that there is always something to answer. */
  readonly isCalling: boolean;
  readonly subject: string | null;
  readonly endpoint: string;
}

function judgePeer(age: number | null, { isCalling, subject, endpoint }: PeerSeen): Finding {
  if (age === null) return finding('handshake_never', { subject, detail: endpoint });
  const detail = `${endpoint}, last heard ${age} s ago`;
  if (age <= REJECT_AFTER_SECONDS) return finding('handshake_fresh', { subject, detail });
  return finding(isCalling ? 'handshake_lost' : 'handshake_old', { subject, detail });
}
