import * as fc from 'fast-check';
import { formatConf } from '#shared/wireguard/conf.ts';
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

/**
 * The same configuration as some person or program may write it: keys in any case, blanks, comments, Windows' line
 * ends, keys in any order, lists over several lines.
 */
export function spelledAnyhow(configuration: TunnelConfiguration): fc.Arbitrary<string> {
  const lines = formatConf(configuration, { secrets: true }).split('\n');
  const sections = lines
    .join('\n')
    .split(/\n(?=\[)/)
    .map((section) => section.split('\n').filter((line) => line !== ''));
  return fc
    .tuple(fc.tuple(...sections.map(spelledSection)), fc.constantFrom('\n', '\r\n'))
    .map(([spelled, end]) => spelled.flat().join(end));
}

const blanks = fc.constantFrom('', ' ', '\t', '  \t');
const comment = fc.constantFrom('', '', '#', '# [Peer]', ' # PostUp = true', '# تبصرہ');
const anyCase = fc.constantFrom(
  (text: string) => text,
  (text: string) => text.toLowerCase(),
  (text: string) => text.toUpperCase(),
);

function spelledSection([title = '', ...entries]: readonly string[]): fc.Arbitrary<readonly string[]> {
  const body = fc.shuffledSubarray(entries.flatMap(oneEach), { minLength: entries.flatMap(oneEach).length });
  return body.chain((lines) =>
    fc.tuple(spelledTitle(title), ...lines.map(spelledEntry)).map((all) => all.flat()),
  );
}

/** `AllowedIPs = a, b` as two lines: which of them stands first means nothing. */
function oneEach(entry: string): readonly string[] {
  const [key = '', value = ''] = entry.split(' = ');
  return key === 'AllowedIPs' ? value.split(', ').map((item) => `${key} = ${item}`) : [entry];
}

function spelledTitle(title: string): fc.Arbitrary<readonly string[]> {
  return fc
    .tuple(anyCase, blanks, comment)
    .map(([spell, blank, words]) => [`${blank}${spell(title)}${blank}${words}`]);
}

function spelledEntry(entry: string): fc.Arbitrary<readonly string[]> {
  const [key = '', value = ''] = entry.split(' = ');
  return fc
    .tuple(anyCase, blanks, blanks, comment, fc.boolean())
    .map(([spell, before, after, words, gap]) => [
      `${before}${spell(key)}${after}=${before}${value}${after}${words}`,
      ...(gap ? [words] : []),
    ]);
}
