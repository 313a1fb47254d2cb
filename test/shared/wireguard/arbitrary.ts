import * as fc from 'fast-check';
import { parseConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import type { ConfigurationMessage } from '#shared/wireguard/configuration-message.ts';
import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';

/** fast-check's members without their undefined ones: a field is there or it is not. */
function sometimes<Value>(arbitrary: fc.Arbitrary<Value>) {
  return fc.option(arbitrary, { nil: undefined });
}

export const arbitraryKey: fc.Arbitrary<string> = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => bytes.some((byte) => byte !== 0))
  .map((bytes) => Buffer.from(bytes).toString('base64'));

const unicastIpv4 = fc
  .tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255))
  .map((octets) => octets.join('.'));
const unicastIpv6 = fc
  .array(fc.nat(0xffff), { minLength: 7, maxLength: 7 })
  .map((groups) => ['2001', ...groups.map((group) => group.toString(16))].join(':'));
const name = fc.domain().filter((text) => text.length <= 200);

export const arbitraryHost = fc.oneof(unicastIpv4, unicastIpv6, name);

const network = fc.oneof(
  fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, prefix]) => `${address}/${prefix}`),
  fc.tuple(unicastIpv6, fc.nat(128)).map(([address, prefix]) => `${address}/${prefix}`),
);

const port = fc.integer({ min: 1, max: 65_535 });

const peer = fc.record({
  publicKey: arbitraryKey,
  presharedKey: sometimes(arbitraryKey),
  endpoint: fc.record({ host: arbitraryHost, port }),
  allowedIps: fc.array(network, { maxLength: 12 }),
  persistentKeepaliveSeconds: sometimes(fc.nat(65_535)),
});

const arbitraryMessage: fc.Arbitrary<ConfigurationMessage> = fc
  .record({
    privateKey: arbitraryKey,
    addresses: fc.array(network, { minLength: 1, maxLength: 16 }),
    dns: fc.record({
      servers: fc.array(fc.oneof(unicastIpv4, unicastIpv6), { maxLength: 8 }),
      searchDomains: fc.array(name, { maxLength: 16 }),
    }),
    mtu: sometimes(fc.integer({ min: 576, max: 65_535 })),
    listenPort: sometimes(fc.nat(65_535)),
    peers: fc.uniqueArray(peer, { minLength: 1, maxLength: 8, selector: ({ publicKey }) => publicKey }),
  })
  .map((message) => JSON.parse(JSON.stringify(message)) as ConfigurationMessage);

export const arbitraryConfiguration: fc.Arbitrary<TunnelConfiguration> =
  arbitraryMessage.map(parseConfigurationMessage);
