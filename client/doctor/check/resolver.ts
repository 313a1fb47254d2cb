import type { StoredTunnel } from '../../tunnel/stored-tunnel.ts';
import { findings, type Finding } from '../finding.ts';
import { isBlocked, type Scene, type ServiceView } from '../scene.ts';

/** resolv.conf(5): the first three are used. */
const MAX_NAME_SERVERS = 3;
const RECONNECT = 'Connect anew: sanad disconnect, then sanad connect NAME';
const NETWORK = 'Check this machine’s connection to the internet (Wi-Fi, cable, mobile data).';

const finding = findings('resolver', {
  resolver_answers: { state: 'ok', reason: 'Names can be looked up: every name server answers.' },
  resolver_partly_silent: {
    state: 'warning',
    kind: 'gateway',
    reason: 'A name server does not answer, so some names take long.',
    nextAction: 'Take it out of this machine’s network settings, or wait until it answers again.',
  },
  resolver_silent: {
    state: 'failed',
    kind: 'gateway',
    reason: 'No name server answers, so no name can be looked up.',
    nextAction: NETWORK,
  },
  resolver_silent_in_tunnel: {
    state: 'failed',
    kind: 'gateway',
    reason: 'The tunnel is up, but no name server answers through it.',
    nextAction: RECONNECT,
  },
  resolver_outside_tunnel: {
    state: 'failed',
    kind: 'daemon',
    reason: 'The tunnel brings name servers of its own, but this machine asks others.',
    nextAction: RECONNECT,
  },
  resolver_none: {
    state: 'failed',
    kind: 'gateway',
    reason: 'No name server is set on this machine.',
    nextAction: NETWORK,
  },
  resolver_unseen: { state: 'not_checked', reason: 'Traffic is blocked, so no name server can be asked.' },
});

/** Whether names can be looked up, and by whom. */
export async function checkResolver({ service, probes, tunnels }: Scene): Promise<readonly Finding[]> {
  const view = await service;
  const addresses = nameServersIn((await probes.resolvConf()) ?? '');
  const asked = isBlocked(view) ? [] : addresses;
  const servers = await Promise.all(
    asked.map(async (address) => ({ address, answers: await probes.answersAsNameServer(address) })),
  );
  return [judgeResolver({ view, addresses, servers, expected: expectedOf(view, await tunnels) })];
}

export function nameServersIn(resolvConf: string): readonly string[] {
  const found = [...resolvConf.matchAll(/^nameserver[ \t]+(\S+)/gm)].map(([, address = '']) => address);
  return [...new Set(found)].slice(0, MAX_NAME_SERVERS);
}

interface Seen {
  readonly view: ServiceView;
  readonly addresses: readonly string[];
  readonly servers: readonly { readonly address: string; readonly answers: boolean }[];
  /** The tunnel's own; empty where it has none, or none is up. */
  readonly expected: readonly string[];
}

export function judgeResolver({ view, addresses, servers, expected }: Seen): Finding {
  if (addresses.length === 0) return finding('resolver_none');
  if (isBlocked(view)) return finding('resolver_unseen');
  // A resolver on this machine (systemd-resolved, dnsmasq) asks others, whom nobody sees from here.
  const isSeen = !addresses.every((address) => /^(127\.|::1$)/.test(address));
  const detail = addresses.join(', ');
  if (expected.length > 0 && isSeen && !addresses.some((address) => expected.includes(address))) {
    return finding('resolver_outside_tunnel', { detail });
  }
  const silent = servers.filter(({ answers }) => !answers).map(({ address }) => address);
  if (silent.length === 0) return finding('resolver_answers', { detail });
  if (silent.length < servers.length) return finding('resolver_partly_silent', { detail: silent.join(', ') });
  const isConnected = view.kind === 'answers' && view.status.state.kind === 'connected';
  return finding(isConnected ? 'resolver_silent_in_tunnel' : 'resolver_silent', { detail });
}

function expectedOf(view: ServiceView, tunnels: readonly StoredTunnel[]): readonly string[] {
  if (view.kind !== 'answers' || view.status.state.kind !== 'connected') return [];
  const { tunnel: name } = view.status.state;
  return tunnels.find((one) => one.name === name)?.configuration.dns.servers ?? [];
}
