import { createPrivateKey, createPublicKey } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatConf, parseConf } from '#shared/wireguard/conf.ts';
import type { Peer, TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import type { Endpoint } from '#shared/wireguard/endpoint.ts';
import { formatEndpoint, parseHost } from '#shared/wireguard/endpoint.ts';
import { formatIpNetwork } from '#shared/wireguard/ip-network.ts';
import { arbitraryConfiguration, spelledAnyhow } from './arbitrary.ts';
import { files } from './conf-vector.ts';
import type { DeviceReading, PeerReading, ReferenceDevice } from './reference-device.ts';
import { knownNames, makeReferenceDevice, referenceImpossible } from './reference-device.ts';

const impossible = referenceImpossible();
let device: ReferenceDevice;

describe.skipIf(impossible !== null)(`WireGuard’s own tools and Sanad${impossible ?? ''}`, () => {
  beforeAll(async () => {
    device = await makeReferenceDevice();
  });
  afterAll(async () => await device.close());

  test.each(files)('agree, or differ as listed, on $name', ({ text, wg, deviation }) => {
    const theirs = device.read(text);
    expect(theirs === undefined ? 'refused' : 'accepted').toBe(wg);
    const parsed = parseConf(text);
    const ours = parsed.kind === 'parsed' ? parsed.configuration : undefined;
    const expected = ours === undefined ? undefined : asRead(ours, theirs);
    if (deviation === undefined) expect(expected).toEqual(theirs);
    else expect(expected).not.toEqual(theirs);
    if (ours !== undefined && deviation === undefined) {
      const written = device.read(formatConf(ours, { secrets: true }));
      expect(asRead(ours, written)).toEqual(written);
    }
  });

  test('agree on what any configuration says, however it is spelled', () => {
    const spelled = arbitraryConfiguration
      .filter(isAllAddresses)
      .chain((configuration) => fc.tuple(fc.constant(configuration), spelledAnyhow(configuration)));
    fc.assert(
      fc.property(spelled, ([configuration, text]) => {
        const theirs = device.read(text);
        expect(asRead(configuration, theirs)).toEqual(theirs);
      }),
      { numRuns: 40, seed: 20_261_125 },
    );
  });
});

/** WireGuard looks names up when it reads a file: any name at all is not known there. */
function isAllAddresses({ peers }: TunnelConfiguration): boolean {
  return peers.every(({ endpoint }) => endpoint.host.kind !== 'name');
}

/** What the device has to say where it holds this configuration. */
function asRead(configuration: TunnelConfiguration, theirs: DeviceReading | undefined): DeviceReading {
  const { privateKey, listenPort = theirs?.listenPort ?? 0, peers } = configuration;
  return {
    publicKey: publicKeyOf(privateKey.reveal()),
    listenPort,
    mark: 'off',
    peers: peers.map((peer) => peerAsRead(peer, peers)).sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1)),
  };
}

function peerAsRead(peer: Peer, peers: readonly Peer[]): PeerReading {
  return {
    publicKey: peer.publicKey,
    presharedKey: peer.presharedKey?.reveal() ?? '(none)',
    endpoint: endpointAsRead(peer.endpoint),
    allowedIps: peer.allowedIps
      .map(formatIpNetwork)
      .filter((network) => claimant(network, peers) === peer)
      .sort(),
    keepalive: String(peer.persistentKeepaliveSeconds ?? 'off'),
  };
}

/** A network belongs to one peer: the last that claims it. */
function claimant(network: string, peers: readonly Peer[]): Peer | undefined {
  return peers.findLast(({ allowedIps }) => allowedIps.some((own) => formatIpNetwork(own) === network));
}

function endpointAsRead({ host, port }: Endpoint): string {
  const address = host.kind === 'name' ? knownNames[host.value] : host.value;
  return address === undefined
    ? `${host.value} is not known`
    : formatEndpoint({ host: parseHost(address), port });
}

/** By node:crypto: of the private key itself WireGuard keeps a clamped copy. */
function publicKeyOf(privateKey: string): string {
  const prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
  const der = Buffer.concat([prefix, Buffer.from(privateKey, 'base64')]);
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64');
}
