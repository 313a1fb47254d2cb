import { describe, expect, test } from 'vitest';
import {
  parseAnswer,
  parseSocketAddress,
  renderClear,
  renderEndpoints,
  renderKeepalive,
  renderSet,
} from '#daemon/platform/linux/wireguard/uapi-text.ts';
import { callingAtOnce } from '#daemon/platform/linux/wireguard/device-configuration.ts';
import { parseDump, renderEmptySetconf, renderSetconf } from '#daemon/platform/linux/wireguard/wg-text.ts';
import { exampleDevice, key, preshared, publicKey } from './example-device.ts';

describe('what wireguard-go is told', () => {
  test('a whole configuration, keys in hexadecimal', () => {
    expect(renderSet(exampleDevice)).toBe(
      [
        'set=1',
        `private_key=${'11'.repeat(32)}`,
        'listen_port=0',
        'fwmark=23118',
        'replace_peers=true',
        `public_key=${'22'.repeat(32)}`,
        `preshared_key=${'33'.repeat(32)}`,
        'endpoint=203.0.113.2:51820',
        'persistent_keepalive_interval=0',
        'replace_allowed_ips=true',
        'allowed_ip=0.0.0.0/0',
        'allowed_ip=::/0',
        `public_key=${'44'.repeat(32)}`,
        'endpoint=[2001:db8:2::2]:443',
        'persistent_keepalive_interval=25',
        'replace_allowed_ips=true',
        'allowed_ip=10.1.0.0/16',
        '',
        '',
      ].join('\n'),
    );
  });

  test('an idle device has no key and no peer, and keeps the mark', () => {
    expect(renderClear(23_118)).toBe(
      `set=1\nprivate_key=${'0'.repeat(64)}\nlisten_port=0\nfwmark=23118\nreplace_peers=true\n\n`,
    );
  });

  test('an interval is changed for peers that exist, and makes none', () => {
    expect(renderKeepalive([publicKey('22')], 0)).toBe(
      `set=1\npublic_key=${'22'.repeat(32)}\nupdate_only=true\npersistent_keepalive_interval=0\n\n`,
    );
  });

  test('an address is changed for peers that exist, and makes none', () => {
    const peers = [
      { publicKey: publicKey('22'), address: '203.0.113.3', port: 51_820 },
      { publicKey: publicKey('44'), address: '2001:db8::3', port: 443 },
    ];
    expect(renderEndpoints(peers)).toBe(
      [
        'set=1',
        `public_key=${'22'.repeat(32)}`,
        'update_only=true',
        'endpoint=203.0.113.3:51820',
        `public_key=${'44'.repeat(32)}`,
        'update_only=true',
        'endpoint=[2001:db8::3]:443',
        '',
        '',
      ].join('\n'),
    );
  });

  test('a peer that nobody wanted kept alive is called at once, and named to be set back', () => {
    const { configuration, quiet } = callingAtOnce(exampleDevice);
    expect(configuration.peers.map((peer) => peer.keepaliveSeconds)).toEqual([1, 25]);
    expect(quiet).toEqual([publicKey('22')]);
  });
});

describe('what wireguard-go answers', () => {
  const answer = [
    `private_key=${'11'.repeat(32)}`,
    'listen_port=40608',
    'fwmark=23118',
    `public_key=${'22'.repeat(32)}`,
    `preshared_key=${'33'.repeat(32)}`,
    'protocol_version=1',
    'endpoint=203.0.113.2:51820',
    'last_handshake_time_sec=1800000000',
    'last_handshake_time_nsec=5',
    'tx_bytes=148',
    'rx_bytes=92',
    'persistent_keepalive_interval=1',
    'allowed_ip=0.0.0.0/0',
    'allowed_ip=::/0',
    `public_key=${'44'.repeat(32)}`,
    'last_handshake_time_sec=0',
    'errno=0',
  ].join('\n');

  test('peers with handshake, counters, endpoint and networks', () => {
    expect(parseAnswer(answer)).toEqual({
      errno: 0,
      peers: [
        {
          publicKey: publicKey('22'),
          endpoint: { address: '203.0.113.2', port: 51_820 },
          allowedIps: [
            { family: 4, address: '0.0.0.0', prefixLength: 0 },
            { family: 6, address: '::', prefixLength: 0 },
          ],
          latestHandshakeAt: 1_800_000_000,
          receivedBytes: 92,
          sentBytes: 148,
        },
        {
          publicKey: publicKey('44'),
          endpoint: null,
          allowedIps: [],
          latestHandshakeAt: null,
          receivedBytes: 0,
          sentBytes: 0,
        },
      ],
    });
  });

  test('our own keys, which it repeats, go no further', () => {
    const read = JSON.stringify(parseAnswer(answer));
    expect(read).not.toContain(key('11'));
    expect(read).not.toContain('1111');
    expect(read).not.toContain(preshared.reveal());
  });

  test('a refusal carries its errno', () => expect(parseAnswer('errno=-22').errno).toBe(-22));

  test.each([
    ['203.0.113.2:51820', { address: '203.0.113.2', port: 51_820 }],
    ['[2001:db8::1]:1', { address: '2001:db8::1', port: 1 }],
    ['[fe80::1%eth0]:1', { address: 'fe80::1', port: 1 }],
    ['(none)', null],
  ])('an endpoint %s', (text, expected) => expect(parseSocketAddress(text)).toEqual(expected));
});

describe('the kernel’s WireGuard through wg(8)', () => {
  test('a whole configuration', () => {
    expect(renderSetconf(exampleDevice)).toBe(`[Interface]
PrivateKey = ${key('11')}
FwMark = 23118
[Peer]
PublicKey = ${key('22')}
PresharedKey = ${key('33')}
Endpoint = 203.0.113.2:51820
PersistentKeepalive = 0
AllowedIPs = 0.0.0.0/0
AllowedIPs = ::/0
[Peer]
PublicKey = ${key('44')}
Endpoint = [2001:db8:2::2]:443
PersistentKeepalive = 25
AllowedIPs = 10.1.0.0/16
`);
  });

  test('an idle device', () => expect(renderEmptySetconf(23_118)).toBe('[Interface]\nFwMark = 23118\n'));

  test('a dump, the device’s own line passed over', () => {
    const dump = [
      [key('11'), key('55'), '40608', '0x5a4e'],
      [key('22'), '(none)', '203.0.113.2:51820', '0.0.0.0/0,::/0', '1800000000', '92', '148', 'off'],
      [key('44'), '(none)', '(none)', '(none)', '0', '0', '0', 'off'],
    ];
    const peers = parseDump(`${dump.map((line) => line.join('\t')).join('\n')}\n`);
    expect(
      peers.map(({ publicKey, latestHandshakeAt, receivedBytes, sentBytes }) => [
        publicKey,
        latestHandshakeAt,
        receivedBytes,
        sentBytes,
      ]),
    ).toEqual([
      [publicKey('22'), 1_800_000_000, 92, 148],
      [publicKey('44'), null, 0, 0],
    ]);
    expect(peers[1]).toMatchObject({ endpoint: null, allowedIps: [] });
  });
});
