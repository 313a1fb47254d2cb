import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canonicalConfiguration,
  parseConfigurationMessage,
  toConfigurationMessage,
} from '#shared/wireguard/configuration-conversion.ts';
import {
  configurationMessageSchema,
  type ConfigurationMessage,
} from '#shared/wireguard/configuration-message.ts';
import { routing } from '#shared/wireguard/configuration.ts';
import { arbitraryConfiguration } from './arbitrary.ts';
import { problemCode } from './expect-problem.ts';

const message: ConfigurationMessage = {
  privateKey: 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=',
  addresses: ['10.66.66.2/32'],
  dns: { servers: ['10.66.66.1'], searchDomains: ['corp.example'] },
  peers: [
    {
      publicKey: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=',
      endpoint: { host: 'vpn.example.com', port: 51_820 },
      allowedIps: ['0.0.0.0/0', '::/0'],
    },
  ],
};
const [peer] = message.peers as [ConfigurationMessage['peers'][number]];

function canonical(some: ConfigurationMessage): string {
  return canonicalConfiguration(parseConfigurationMessage(some));
}

function routingOf(...allowedIps: string[]) {
  return routing(parseConfigurationMessage({ ...message, peers: [{ ...peer, allowedIps }] }));
}

describe('a configuration as a message', () => {
  test('comes back as it went, and passes the socket’s schema', () => {
    fc.assert(
      fc.property(arbitraryConfiguration, (configuration) => {
        const sent = configurationMessageSchema.parse(toConfigurationMessage(configuration));
        expect(canonicalConfiguration(parseConfigurationMessage(sent))).toBe(
          canonicalConfiguration(configuration),
        );
      }),
    );
  });

  test('has one canonical text, however its fields were ordered and spelled', () => {
    const spelled = {
      peers: [
        {
          persistentKeepaliveSeconds: 0,
          allowedIps: ['0.0.0.0/0', '1.2.3.4/0', '0::0/0'],
          endpoint: { port: 51_820, host: 'VPN.example.com.' },
          publicKey: peer.publicKey,
          presharedKey: `${'A'.repeat(43)}=`,
        },
      ],
      listenPort: 0,
      dns: { searchDomains: ['CORP.example'], servers: ['10.66.66.1'] },
      addresses: ['10.66.66.2'],
      privateKey: message.privateKey,
    };
    expect(canonical(spelled)).toBe(canonical(message));
  });

  test.each([
    ['private key', { privateKey: peer.publicKey }],
    ['address', { addresses: ['10.66.66.3/32'] }],
    ['DNS server', { dns: { servers: ['10.66.66.9'], searchDomains: ['corp.example'] } }],
    ['search domain', { dns: { servers: ['10.66.66.1'], searchDomains: [] } }],
    ['MTU', { mtu: 1280 }],
    ['listen port', { listenPort: 51_820 }],
    ['public key', { peers: [{ ...peer, publicKey: message.privateKey }] }],
    ['preshared key', { peers: [{ ...peer, presharedKey: message.privateKey }] }],
    ['host', { peers: [{ ...peer, endpoint: { host: '192.0.2.1', port: 51_820 } }] }],
    ['port', { peers: [{ ...peer, endpoint: { host: 'vpn.example.com', port: 51_821 } }] }],
    ['allowed IPs', { peers: [{ ...peer, allowedIps: ['0.0.0.0/0'] }] }],
    ['keepalive', { peers: [{ ...peer, persistentKeepaliveSeconds: 25 }] }],
  ])('has another canonical text with another %s', (_field, change) => {
    expect(canonical({ ...message, ...change })).not.toBe(canonical(message));
  });

  test.each([
    ['peer_duplicate', { peers: [peer, peer] }],
    ['key_malformed', { privateKey: 'x'.repeat(44) }],
    ['host_malformed', { peers: [{ ...peer, endpoint: { host: 'vpn example', port: 1 } }] }],
    ['network_malformed', { addresses: ['10.0.0.2/99'] }],
    ['dns_malformed', { dns: { servers: ['corp.example'], searchDomains: [] } }],
    ['dns_malformed', { dns: { servers: [], searchDomains: ['10.0.0.1'] } }],
  ])('is refused with %s', (code, change) => {
    expect(problemCode(() => parseConfigurationMessage({ ...message, ...change }))).toBe(code);
  });
});

describe('routing', () => {
  test.each([[['0.0.0.0/0', '::/0']], [['0.0.0.0/0']], [['::/0']], [['128.0.0.0/1', '0.0.0.0/1']]])(
    'of %j is full',
    (allowedIps) => {
      expect(routingOf(...allowedIps)).toEqual({ kind: 'full' });
    },
  );

  test('of some networks is split, and names them', () => {
    expect(routingOf('10.1.2.3/8')).toEqual({
      kind: 'split',
      networks: [{ family: 4, address: '10.0.0.0', prefixLength: 8 }],
    });
  });
});
