import { describe, expect, test } from 'vitest';
import type { PeerReading } from '#daemon/port/wireguard.ts';
import { isAsVerified } from '#daemon/service/watcher.ts';
import { verifyRegistration, type VerifiedRegistration } from '#shared/registration/verify-registration.ts';
import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import { parseIpNetwork } from '#shared/wireguard/ip-network.ts';
import {
  issueCertificate,
  makeConfiguration,
  makeEndpoint,
  makeScene,
  makeWireguardKey,
  proveDevice,
} from '#test/shared/registration/issue.ts';

const network = (text: string) => parseIpNetwork(text, { keepHostBits: false });

function verified(change: (configuration: TunnelConfiguration) => TunnelConfiguration): VerifiedRegistration {
  const { gateway, device, options } = makeScene();
  const endpoints = [makeEndpoint('203.0.113.2'), makeEndpoint('203.0.113.3')];
  const configuration = change(makeConfiguration(endpoints));
  const certificate = issueCertificate(gateway, device, endpoints);
  const asked = { nonce: 'bm9uY2U', instance: 'instance-1' };
  const deviceProof = { ...asked, text: proveDevice({ device, certificate, configuration, ...asked }) };
  const outcome = verifyRegistration({ ...options, certificate, configuration, deviceProof });
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.code);
  return outcome.registration;
}

function reading(publicKey: string, networks: readonly string[]): PeerReading {
  const counters = { latestHandshakeAt: null, receivedBytes: 0, sentBytes: 0 };
  return { publicKey, endpoint: null, allowedIps: networks.map(network), ...counters };
}

describe('the device against what was verified', () => {
  const registration = verified((configuration) => configuration);
  const [first = '', second = ''] = registration.configuration.peers.map(({ publicKey }) =>
    String(publicKey),
  );
  const asConfigured = [reading(second, ['10.1.0.0/16']), reading(first, ['::/0', '0.0.0.0/0'])];

  test('the same peers and networks, in any order', () => {
    expect(isAsVerified(registration, asConfigured)).toBe(true);
  });

  test.each([
    ['a peer less', asConfigured.slice(1)],
    ['a peer more', [...asConfigured, reading(makeWireguardKey(), ['192.0.2.0/24'])]],
    ['another peer', [...asConfigured.slice(1), reading(makeWireguardKey(), ['10.1.0.0/16'])]],
    ['another network', [...asConfigured.slice(1), reading(second, ['10.2.0.0/16'])]],
    ['no peer', []],
  ])('%s', (_, peers) => expect(isAsVerified(registration, peers)).toBe(false));

  test('a network that two peers claim belongs to the later one, as in WireGuard itself', () => {
    const twice = verified((configuration) => ({
      ...configuration,
      peers: configuration.peers.map((peer) =>
        Object.assign({}, peer, { allowedIps: [network('0.0.0.0/0')] }),
      ),
    }));
    const [earlier = '', later = ''] = twice.configuration.peers.map(({ publicKey }) => String(publicKey));
    expect(isAsVerified(twice, [reading(earlier, []), reading(later, ['0.0.0.0/0'])])).toBe(true);
  });
});
