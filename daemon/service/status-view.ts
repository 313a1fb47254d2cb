import type { Problem } from '#shared/contract/problem.ts';
import type { VerifiedRegistration } from '#shared/registration/verify-registration.ts';
import type { TunnelStateView, TunnelStatus } from '#shared/tunnel/tunnel-status.ts';
import { assertNever } from '../core/assert-never.ts';
import { targetOf } from '../core/target.ts';
import { tunnelProblem } from '../core/tunnel-problem.ts';
import type { Recovery, StateOf, TunnelState } from '../core/tunnel-state.ts';
import type { PeerReading } from '../port/wireguard.ts';
import { serviceProblem } from './service-problem.ts';
import { ownerOf } from './tunnel.ts';

/** Who looks. */
export interface Viewer {
  readonly uid: number;
  readonly isAdministrator: boolean;
}

export interface StatusSource {
  readonly state: TunnelState;
  readonly peers: readonly PeerReading[];
  readonly warnings: readonly Problem[];
  /** Of a status list by its uri. */
  readonly listIssuedAt: (uri: string) => number | null;
}

/**
 * The state as this viewer may see it. Of another user's tunnel: that there is one, not which, not where to, and
 * not why it is gone, because reasons name hosts.
 */
export function viewStatus(source: StatusSource, viewer: Viewer): TunnelStatus {
  const { state, warnings } = source;
  const owner = ownerOf(state);
  const isOwn = viewer.isAdministrator || owner === undefined || owner === viewer.uid;
  const own = isOwn ? ownWarnings(state) : [];
  return {
    state: isOwn ? viewState(source) : hideDetails(viewState(source)),
    target: targetOf(state).kind,
    firewall: state.firewall,
    warnings: [...own, ...warnings],
  };
}

function ownWarnings(state: TunnelState): readonly Problem[] {
  const troubled = state.kind === 'connected' ? (state.recovery?.troubled ?? []) : [];
  const kinds = new Set(troubled.map(({ kind }) => kind));
  return [
    ...(state.trouble === null ? [] : [state.trouble]),
    ...(kinds.has('silent') ? [tunnelProblem('peer_silent')] : []),
    ...(kinds.has('unreachable') ? [tunnelProblem('peer_unreachable')] : []),
    ...(kinds.has('strayed') ? [tunnelProblem('peer_strayed')] : []),
  ];
}

function viewState(source: StatusSource): TunnelStateView {
  const { state } = source;
  switch (state.kind) {
    case 'disconnected':
      return { kind: 'disconnected' };
    case 'connecting':
      return { kind: 'connecting', tunnel: state.request.tunnel, stage: state.stage.kind };
    case 'connected':
      return viewConnected(state, source);
    case 'disconnecting':
      return { kind: 'disconnecting', then: state.then.kind };
    case 'blocked':
      return { kind: 'blocked', tunnel: state.target.tunnel, cause: state.cause };
    default:
      return assertNever(state);
  }
}

function viewConnected(state: StateOf<'connected'>, source: StatusSource): TunnelStateView {
  const { tunnel, registration } = state.request;
  return {
    kind: 'connected',
    tunnel,
    since: state.since,
    peers: source.peers.map((peer) => viewPeer(peer, state.recovery)),
    registration: summarize(registration, source.listIssuedAt),
  };
}

function hideDetails(view: TunnelStateView): TunnelStateView {
  switch (view.kind) {
    case 'disconnected':
    case 'disconnecting':
      return view;
    case 'connecting':
      return { ...view, tunnel: null };
    case 'connected':
      return { ...view, tunnel: null, peers: [], registration: null };
    case 'blocked':
      return { ...view, tunnel: null, cause: serviceProblem('blocked_for_another') };
    default:
      return assertNever(view);
  }
}

function viewPeer(peer: PeerReading, recovery: Recovery | null) {
  const { publicKey, endpoint, latestHandshakeAt, receivedBytes, sentBytes } = peer;
  const trouble = recovery?.troubled.find((troubled) => troubled.publicKey === publicKey);
  const silentSince = trouble?.kind === 'silent' ? trouble.since : null;
  const counters = { latestHandshakeAt, receivedBytes, sentBytes, silentSince };
  return { publicKey, endpoint: formatEndpoint(endpoint), ...counters };
}

function formatEndpoint(endpoint: PeerReading['endpoint']): string {
  if (endpoint === null) return '';
  const { address, port } = endpoint;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function summarize(registration: VerifiedRegistration, listIssuedAt: StatusSource['listIssuedAt']) {
  const { claims } = registration;
  return {
    issuer: claims.iss,
    registration: claims.sub,
    assurance: claims.assurance,
    authority: claims.decision.authority,
    expiresAt: claims.exp,
    statusListIssuedAt: claims.assurance === 'declared' ? null : listIssuedAt(claims.status.status_list.uri),
  };
}
