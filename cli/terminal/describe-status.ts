import type { TunnelStateView, TunnelStatus } from '#shared/tunnel/tunnel-status.ts';
import { faint, good, problemLines, strong, type Line } from '../answer.ts';
import { assuranceWords } from './assurance-words.ts';
import { ago, bytes, day, moment } from './words.ts';

type StateOf<Kind extends TunnelStateView['kind']> = Extract<TunnelStateView, { readonly kind: Kind }>;

/** The daemon's status for people. */
export function describeStatus({ state, firewall, warnings }: TunnelStatus, now: number): readonly Line[] {
  const notes = warnings.flatMap((warning) => problemLines(warning, 'Warning: '));
  const unsure = firewall === 'unknown' ? ['The firewall’s last change failed; it is tried again.'] : [];
  return [...describeState(state, now), ...unsure, ...notes];
}

function describeState(state: TunnelStateView, now: number): readonly Line[] {
  switch (state.kind) {
    case 'disconnected':
      return ['Not connected. Traffic goes out without protection.'];
    case 'connecting':
      return [strong(`Connecting ${nameOf(state)}: ${stages[state.stage]} …`)];
    case 'connected':
      return describeConnected(state, now);
    case 'disconnecting':
      return [strong('Disconnecting …')];
    case 'blocked':
      return [strong('Not connected, and traffic is blocked.'), ...problemLines(state.cause)];
    default:
      return state satisfies never;
  }
}

export const stages = {
  closing_firewall: 'closing the firewall',
  configuring_tunnel: 'setting up the tunnel',
  waiting_for_handshake: 'waiting for the VPN server',
} as const;

function describeConnected(state: StateOf<'connected'>, now: number): readonly Line[] {
  const peers = state.peers.map(({ endpoint, latestHandshakeAt, receivedBytes, sentBytes, silentSince }) => {
    const handshake =
      latestHandshakeAt === null ? 'no handshake yet' : `handshake ${ago(latestHandshakeAt, now)}`;
    const counters = `${bytes(receivedBytes)} in, ${bytes(sentBytes)} out`;
    const silence =
      typeof silentSince === 'number' ? `; it does not answer, last heard ${ago(silentSince, now)}` : '';
    return `  through ${endpoint}, ${handshake}, ${counters}${silence}`;
  });
  return [
    good(`Connected: ${nameOf(state)}, up since ${moment(state.since)}.`),
    ...peers,
    ...registered(state, now),
  ];
}

function registered({ registration }: StateOf<'connected'>, now: number): readonly Line[] {
  if (registration === null) return [];
  const { issuer, authority, assurance, expiresAt, statusListIssuedAt } = registration;
  const by = `${assuranceWords(assurance, issuer)} (${authority})`;
  const what = assurance === 'declared' ? 'statement' : 'certificate';
  const checked = statusListIssuedAt === null ? '' : `, status of ${ago(statusListIssuedAt, now)}`;
  return [faint(`  registration ${by}, ${what} until ${day(expiresAt)}${checked}`)];
}

function nameOf({ tunnel }: { readonly tunnel: string | null }): string {
  return tunnel ?? 'a tunnel of another user';
}
