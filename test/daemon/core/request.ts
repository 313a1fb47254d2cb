import type { Surroundings } from '#daemon/core/surroundings.ts';
import type { ConnectRequest } from '#daemon/core/tunnel-state.ts';
import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import { builtInPolicy } from '#shared/registration/policy.ts';
import { verifyRegistration, type VerifiedRegistration } from '#shared/registration/verify-registration.ts';
import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import { parseConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import {
  acceptedKeySet,
  acceptedStatusList,
  clockAt,
  issueCertificate,
  makeEndpoint,
  makeGateway,
  makeKey,
  makeWireguardKey,
  NOW,
  proveDevice,
} from '#test/shared/registration/issue.ts';

export const surroundings: Surroundings = {
  tunnelInterface: 'sanad0',
  mark: 23118,
  fetcher: { uid: 981, origins: [{ address: '198.18.0.90', port: 8443 }], resolvers: ['198.51.100.1'] },
  timeUid: null,
};

export interface RequestOptions {
  readonly tunnel?: string;
  readonly allowedIps?: string[];
  readonly dnsServers?: string[];
  readonly searchDomains?: string[];
  /** Of a second peer, at an endpoint of its own. */
  readonly secondAllowedIps?: string[];
}

/** A request that has passed the gate. */
export function makeRequest(options: RequestOptions = {}): ConnectRequest {
  const { tunnel = 'office', allowedIps = ['0.0.0.0/0', '::/0'], dnsServers = ['10.66.66.1'] } = options;
  const { secondAllowedIps, searchDomains = [] } = options;
  const peerMessage = (host: string, networks: string[]) => {
    const { public_key: publicKey, port } = makeEndpoint();
    return { publicKey, endpoint: { host, port }, allowedIps: networks };
  };
  const configuration = parseConfigurationMessage({
    privateKey: makeWireguardKey(),
    addresses: ['10.66.66.2/32', 'fd66:66::2/128'],
    dns: { servers: dnsServers, searchDomains },
    peers: [
      peerMessage('vpn.example.com', allowedIps),
      ...(secondAllowedIps === undefined ? [] : [peerMessage('vpn2.example.com', secondAllowedIps)]),
    ],
  });
  const peers = configuration.peers.map(({ publicKey, endpoint }, index) => ({
    publicKey,
    address: index === 0 ? '203.0.113.2' : '203.0.113.9',
    port: endpoint.port,
  }));
  return { owner: 1000, tunnel, registration: register(configuration), peers };
}

const gateway = makeGateway();
const device = makeKey();
const keySets = [acceptedKeySet(gateway)];
const list = acceptedStatusList(gateway);

/** Another certificate for the same configuration each time. */
export function register(configuration: TunnelConfiguration): VerifiedRegistration {
  const endpoints = configuration.peers.map(({ publicKey, endpoint: { host, port } }) => ({
    public_key: publicKey,
    host: host.value,
    port,
  }));
  const certificate = issueCertificate(gateway, device, endpoints);
  const asked = { nonce: 'bm9uY2U', instance: 'instance-1' };
  const verification = verifyRegistration({
    certificate,
    configuration,
    deviceProof: { ...asked, text: proveDevice({ device, certificate, configuration, ...asked }) },
    keySets,
    statusLists: new Map([[list.uri, list]]),
    policy: builtInPolicy,
    clock: clockAt(NOW),
    primitives: nodePrimitives,
  });
  if (verification.kind === 'refused') throw new Error(verification.refusal.code);
  return verification.registration;
}
