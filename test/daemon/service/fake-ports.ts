import type { FirewallPolicy } from '#daemon/core/firewall-policy.ts';
import type { Target } from '#daemon/core/tunnel-state.ts';
import type { Memory, Reading, SignedFileKind } from '#daemon/port/state-store.ts';
import type { BringUp, PeerReading } from '#daemon/port/wireguard.ts';
import type { DaemonOptions } from '#daemon/service/daemon.ts';
import { serviceError } from '#daemon/service/service-problem.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { NOW } from '#test/shared/registration/issue.ts';

/** As the real store says it (`file-state-store.ts`). */
const diskFull = {
  kind: 'daemon',
  code: 'state_write_failed',
  reason: 'The service could not write to its disk.',
  nextAction: 'Make room.',
} as const;

/** Everything outside the service, played: what it is told is written down, what it answers can be set. */
export class FakePorts {
  /** In the order it happened, e.g. "firewall closed", "device up". */
  readonly acts: string[] = [];
  now = NOW;
  boot = 1000;
  target: Reading<Target> = { kind: 'absent' };
  memory: Reading<Memory> = { kind: 'absent' };
  readonly files = new Map<string, string>();
  /** By uri; a function is called, so that it can throw or take its time. */
  readonly web = new Map<string, () => string | Promise<string>>();
  readonly names = new Map<string, readonly string[]>();
  handshake: 'at once' | 'never' = 'at once';
  supportsDns = true;
  diskIsFull = false;
  ownAddresses: readonly string[] = ['198.51.100.2', '2001:db8:1::2'];
  resolvers: readonly string[] = ['198.51.100.1'];
  peers: readonly PeerReading[] = [];
  policies: FirewallPolicy[] = [];
  vanish: () => void = () => undefined;

  readonly ports: DaemonOptions['ports'];

  constructor() {
    this.ports = {
      firewall: this.#firewall(),
      wireguard: this.#wireguard(),
      network: this.#network(),
      dns: this.#dns(),
      store: this.#store(),
      fetcher: this.#fetcher(),
      clock: { now: () => this.now, sinceBoot: () => this.boot },
      random: { token: () => `token-${(this.#tokens += 1)}`, fraction: () => 0.5 },
    };
  }
  #tokens = 0;

  #act(what: string): void {
    this.acts.push(what);
  }

  #firewall(): DaemonOptions['ports']['firewall'] {
    return {
      apply: async (policy) => {
        this.#act(`firewall ${policy.kind}`);
        this.policies.push(policy);
      },
      reset: async () => this.#act('firewall reset'),
      close: async () => undefined,
    };
  }

  #wireguard(): DaemonOptions['ports']['wireguard'] {
    return {
      prepare: async () => this.#act('device prepared'),
      bringUp: async (tunnel) => {
        this.#act('device up');
        this.peers = readingsOf(tunnel, this.now);
      },
      awaitHandshake: async (signal) => {
        if (this.handshake === 'at once') return this.now;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return null;
      },
      move: async (moved) => {
        this.#act(`peers moved to ${moved.map(({ address }) => address).join(', ')}`);
        this.peers = this.peers.map((peer) => ({
          ...peer,
          endpoint: moved.find(({ publicKey }) => publicKey === peer.publicKey) ?? peer.endpoint,
        }));
      },
      read: async () => this.peers,
      takeDown: async () => {
        this.#act('device down');
        this.peers = [];
      },
      onVanished: (listener) => {
        const before = this.vanish;
        this.vanish = () => {
          before();
          listener();
        };
      },
      close: async () => undefined,
    };
  }

  #network(): DaemonOptions['ports']['network'] {
    return {
      prepare: async () => undefined,
      set: async () => this.#act('routes set'),
      clear: async () => this.#act('routes cleared'),
      ownAddresses: () => this.ownAddresses,
      close: async () => undefined,
    };
  }

  #dns(): DaemonOptions['ports']['dns'] {
    return {
      requireSupport: () => {
        if (!this.supportsDns) throw serviceError('internal_error', { detail: 'dns_unsupported' });
      },
      set: async () => this.#act('dns set'),
      reset: async () => this.#act('dns reset'),
      servers: () => this.resolvers,
    };
  }

  #store(): DaemonOptions['ports']['store'] {
    return {
      readTarget: async () => this.target,
      writeTarget: async (target) => {
        this.#act(`target ${target.kind}`);
        this.target = { kind: 'read', value: target };
      },
      readMemory: async () => this.memory,
      writeMemory: async (memory) => {
        this.memory = { kind: 'read', value: memory };
      },
      readSignedFiles: async (kind) => this.#filesOf(kind),
      writeSignedFile: async (kind, name, text) => {
        if (this.diskIsFull) throw new SanadError(diskFull);
        this.files.set(`${kind} ${name}`, text);
      },
    };
  }

  #filesOf(kind: SignedFileKind): readonly string[] {
    return [...this.files].filter(([name]) => name.startsWith(`${kind} `)).map(([, text]) => text);
  }

  #fetcher(): DaemonOptions['ports']['fetcher'] {
    return {
      get: async (uri) => {
        this.#act(`get ${uri}`);
        const page = this.web.get(uri);
        if (page === undefined) throw serviceError('endpoint_unresolvable');
        return await page();
      },
      resolve: async (host, nameServers = []) => {
        this.#act(['resolve', host, ...(nameServers.length === 0 ? [] : ['at', ...nameServers])].join(' '));
        return this.names.get(host) ?? [];
      },
      resolveOrigins: async () => {
        this.#act('resolve origins');
        return [{ origin: 'https://gateway.test', port: 443, addresses: ['198.18.0.90'], problem: null }];
      },
      close: () => undefined,
    };
  }
}

function readingsOf({ registration, peers }: BringUp, now: number): readonly PeerReading[] {
  return registration.configuration.peers.map((peer) => ({
    publicKey: peer.publicKey,
    endpoint: peers.find(({ publicKey }) => publicKey === peer.publicKey) ?? null,
    allowedIps: peer.allowedIps,
    latestHandshakeAt: now,
    receivedBytes: 92,
    sentBytes: 148,
  }));
}
