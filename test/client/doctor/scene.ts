import type { Probes } from '#client/doctor/probe/probes.ts';
import type { ServiceView } from '#client/doctor/scene.ts';
import type { StoredTunnel } from '#client/tunnel/stored-tunnel.ts';
import type { TunnelStateView, TunnelStatus } from '#shared/tunnel/tunnel-status.ts';
import { problem, statusOf } from '../scripted-daemon.ts';

/** A service that answers with this status. Judgements never talk to it. */
export function answers(state: TunnelStateView, changed: Partial<TunnelStatus> = {}): ServiceView {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a judgement that asks the service would fail here
  const daemon = undefined as unknown as Extract<ServiceView, { kind: 'answers' }>['daemon'];
  return { kind: 'answers', program: 'sanadd 0.1.0', status: { ...statusOf(state), ...changed }, daemon };
}

export const silent = (code: string): ServiceView => ({ kind: 'silent', problem: problem(code, 'daemon') });

export const disconnected: TunnelStateView = { kind: 'disconnected' };
export const blocked: TunnelStateView = {
  kind: 'blocked',
  tunnel: 'office',
  cause: problem('needs_credentials'),
};

export const KEY = `${'A'.repeat(42)}E=`;

export function connected(
  latestHandshakeAt: number | null,
  tunnel: string | null = 'office',
): TunnelStateView {
  const peer = { publicKey: KEY, endpoint: '198.51.100.7:51820', latestHandshakeAt };
  const peers = tunnel === null ? [] : [{ ...peer, receivedBytes: 0, sentBytes: 0 }];
  return { kind: 'connected', tunnel, since: 0, peers, registration: null };
}

export function tunnel(host: string, persistentKeepaliveSeconds?: number): StoredTunnel {
  const keepalive = persistentKeepaliveSeconds === undefined ? {} : { persistentKeepaliveSeconds };
  const peer = { publicKey: KEY, endpoint: { host, port: 51_820 }, allowedIps: ['0.0.0.0/0'] };
  return {
    version: 1,
    name: 'office',
    configuration: {
      addresses: ['10.0.0.2/32'],
      dns: { servers: ['10.0.0.1'], searchDomains: [] },
      peers: [{ ...peer, hasPresharedKey: false, ...keepalive }],
    },
  };
}

/** A machine on which nothing is out of order. */
export const soundMachine: Probes = {
  entry: () => Promise.resolve({ uid: 1000, mode: 0o570, isFolder: true }),
  unit: () => Promise.resolve({ load: 'loaded', active: 'active' }),
  hasInterface: () => false,
  firewallTables: () => Promise.resolve(null),
  resolvConf: () => Promise.resolve('nameserver 192.0.2.53\n'),
  answersAsNameServer: () => Promise.resolve(true),
  lookup: () => Promise.resolve({ kind: 'found', addresses: ['198.51.100.7'] }),
};
