import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatConf, MAX_CONF_LENGTH, parseConf } from '#shared/wireguard/conf.ts';
import { canonicalConfiguration } from '#shared/wireguard/configuration-conversion.ts';
import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import { formatIpNetwork, type IpNetwork } from '#shared/wireguard/ip-network.ts';
import { arbitraryConfiguration, spelledAnyhow } from './arbitrary.ts';
import { OTHER_KEY, PRIVATE_KEY, PUBLIC_KEY, confWith, parsed, problems } from './conf-example.ts';

/** The order of allowed networks in a peer means nothing, except to the device proof. */
function inOneOrder(configuration: TunnelConfiguration): string {
  const byText = (a: IpNetwork, b: IpNetwork) => (formatIpNetwork(a) < formatIpNetwork(b) ? -1 : 1);
  const peers = configuration.peers.map((peer) => ({
    ...peer,
    allowedIps: peer.allowedIps.toSorted(byText),
  }));
  return canonicalConfiguration({ ...configuration, peers });
}

describe('a .conf', () => {
  test('that Sanad wrote is read as the same configuration', () => {
    fc.assert(
      fc.property(arbitraryConfiguration, (configuration) => {
        const read = parsed(formatConf(configuration, { secrets: true }));
        expect(read.dropped).toEqual([]);
        expect(canonicalConfiguration(read.configuration)).toBe(canonicalConfiguration(configuration));
      }),
    );
  });

  test('spelled in any other way is read as the same configuration, and as the same again when written', () => {
    const spelled = arbitraryConfiguration.chain((configuration) =>
      fc.tuple(fc.constant(configuration), spelledAnyhow(configuration)),
    );
    fc.assert(
      fc.property(spelled, ([configuration, text]) => {
        const read = parsed(text).configuration;
        expect(inOneOrder(read)).toBe(inOneOrder(configuration));
        const again = parsed(formatConf(read, { secrets: true })).configuration;
        expect(canonicalConfiguration(again)).toBe(canonicalConfiguration(read));
      }),
    );
  });

  test('written without secrets holds none', () => {
    fc.assert(
      fc.property(arbitraryConfiguration, (configuration) => {
        const text = formatConf(configuration, { secrets: false });
        const secrets = [configuration.privateKey, ...configuration.peers.map((peer) => peer.presharedKey)];
        const written = secrets.filter((secret) => secret !== undefined && text.includes(secret.reveal()));
        expect(written).toEqual([]);
      }),
    );
  });

  test('is read in the whole dialect of wg-quick', () => {
    const text = `\uFEFF# made by a provider
[INTERFACE]
privatekey=${PRIVATE_KEY}
Address = 10.66.66.2/24 , fd00::2/64
Address = 10.66.67.2
DNS = 10.66.66.1, Corp.Example, fd00::1
MTU = 1420 # comment
ListenPort = 51820

\t[peer] 
PUBLICKEY\t=\t${PUBLIC_KEY}
PresharedKey = ${OTHER_KEY}
Endpoint = [2001:DB8::1]:51820
AllowedIPs = 0.0.0.0/0,::/0
AllowedIPs = 10.1.2.3/8
PersistentKeepalive = Off
[Peer]
PublicKey = ${OTHER_KEY}
Endpoint = VPN.example.com:443
PersistentKeepalive = 25`;
    const lf = parsed(text);
    expect(formatConf(lf.configuration, { secrets: true })).toBe(`[Interface]
PrivateKey = ${PRIVATE_KEY}
Address = 10.66.66.2/24, fd00::2/64, 10.66.67.2/32
DNS = 10.66.66.1, fd00::1, corp.example
MTU = 1420
ListenPort = 51820

[Peer]
PublicKey = ${PUBLIC_KEY}
PresharedKey = ${OTHER_KEY}
Endpoint = [2001:db8::1]:51820
AllowedIPs = 0.0.0.0/0, ::/0, 10.0.0.0/8

[Peer]
PublicKey = ${OTHER_KEY}
Endpoint = vpn.example.com:443
PersistentKeepalive = 25
`);
    const crlf = parsed(text.replaceAll('\n', '\r\n'));
    expect(canonicalConfiguration(crlf.configuration)).toBe(canonicalConfiguration(lf.configuration));
  });

  test.each([
    ['line_malformed', 5, confWith({ interfaceLines: ['nonsense'] })],
    ['line_malformed', 5, confWith({ interfaceLines: ['= value'] })],
    ['key_unknown', 5, confWith({ interfaceLines: ['Endpoints = 1'] })],
    ['key_unknown', 5, confWith({ interfaceLines: ['Post Up = touch /tmp/x'] })],
    ['key_unknown', 9, confWith({ peerLines: ['PostUp = touch /tmp/x'] })],
    ['key_unknown', 5, confWith({ interfaceLines: [`PublicKey = ${PUBLIC_KEY}`] })],
    ['key_duplicate', 5, confWith({ interfaceLines: [`PrivateKey = ${OTHER_KEY}`] })],
    ['key_duplicate', 9, confWith({ peerLines: ['Endpoint = 192.0.2.2:1'] })],
    ['number_malformed', 5, confWith({ interfaceLines: ['MTU = 1e3'] })],
    ['number_malformed', 5, confWith({ interfaceLines: ['MTU = 200'] })],
    ['number_malformed', 5, confWith({ interfaceLines: ['ListenPort = 65536'] })],
    ['number_malformed', 9, confWith({ peerLines: ['PersistentKeepalive = -1'] })],
    ['network_malformed', 5, confWith({ interfaceLines: ['Address = 10.0.0.2/33'] })],
    ['network_malformed', 9, confWith({ peerLines: ['AllowedIPs = 10.0.0.0/8,,'] })],
    ['dns_malformed', 5, confWith({ interfaceLines: ['DNS = 10.0.0.1, no name'] })],
    ['key_malformed', 9, confWith({ peerLines: ['PresharedKey = short'] })],
    ['control_character', 5, confWith({ interfaceLines: ['DNS = 10.0.0.1\u0000'] })],
    ['control_character', 5, confWith({ interfaceLines: ['# comment\u001B[2J'] })],
    ['control_character', 5, confWith({ interfaceLines: ['MTU = 1420\u2028PostUp = id'] })],
    ['section_unknown', 5, confWith({ interfaceLines: ['[Interfaces]'] })],
    ['section_duplicate', 5, confWith({ interfaceLines: ['[Interface]'] })],
    ['peer_duplicate', 9, `${confWith({})}[Peer]\nPublicKey = ${PUBLIC_KEY}\nEndpoint = 192.0.2.2:1\n`],
    ['key_outside_section', 1, `MTU = 1420\n${confWith({})}`],
    ['private_key_missing', 1, confWith({}).replace(/^PrivateKey.*\n/m, '')],
    ['address_missing', 1, confWith({}).replace(/^Address.*$/m, '')],
    ['address_missing', 1, confWith({}).replace(/^Address.*$/m, 'Address =')],
    ['public_key_missing', 6, confWith({}).replace(/^PublicKey.*$/m, '')],
    ['endpoint_missing', 6, confWith({}).replace(/^Endpoint.*$/m, '')],
    ['interface_missing', 1, confWith({}).replace(/^\[Interface\][^[]*/, '')],
    ['peer_missing', 1, confWith({}).replace(/\[Peer\][^]*$/, '')],
    ['too_many_values', 5, confWith({ interfaceLines: [`Address = ${'10.0.0.2, '.repeat(16)}10.0.0.3`] })],
    ['conf_too_large', 1, `${confWith({})}#${'x'.repeat(MAX_CONF_LENGTH)}`],
  ])('is refused with %s at line %i', (code, line, text) => {
    expect(problems(text)).toContainEqual(expect.objectContaining({ code, line }));
  });

  test('is refused with everything that is wrong with it, in order', () => {
    const text = `[Interface]\nMTU = x\nFoo = 1\n[Peer]\nPublicKey = x\n`;
    expect(problems(text).map(({ line, code }) => `${line} ${code}`)).toEqual([
      '1 private_key_missing',
      '1 address_missing',
      '2 number_malformed',
      '3 key_unknown',
      '4 endpoint_missing',
      '5 key_malformed',
    ]);
  });

  test('of any text at all is answered, never thrown at', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom('PostUp', 'Address', 'DNS', 'MTU', 'Endpoint', 'AllowedIPs'), fc.string())
        .map((pair) => pair.join('=')),
      fc.constantFrom('[Interface]', '[Peer]', `PrivateKey=${PRIVATE_KEY}`, `PublicKey=${PUBLIC_KEY}`),
    );
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n', '\r'), (lines, end) => {
        expect(['parsed', 'rejected']).toContain(parseConf(lines.join(end)).kind);
      }),
    );
  });

  test('with a key in the wrong place is refused in words that do not repeat it', () => {
    const places = [
      '',
      'Endpoint = ',
      'Address = ',
      'PublicKey = x',
      'MTU = ',
      'DNS = ',
      'PostUp = ',
      '[',
      'Private Key = ',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.nat(8), (place, at) => {
        const lines = confWith({}).split('\n');
        lines.splice(at, 0, `${place}${OTHER_KEY}`);
        expect(JSON.stringify(parseConf(lines.join('\n')))).not.toContain(OTHER_KEY.slice(0, 12));
      }),
    );
  });
});
