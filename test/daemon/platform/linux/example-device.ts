import type { DeviceConfiguration } from '#daemon/platform/linux/wireguard/device-configuration.ts';
import { parseIpNetwork } from '#shared/wireguard/ip-network.ts';
import { parsePublicKey, PresharedKey, PrivateKey, type PublicKey } from '#shared/wireguard/key.ts';

/** A key whose 32 bytes are all the same. */
export const key = (byte: string): string => Buffer.from(byte.repeat(32), 'hex').toString('base64');
export const publicKey = (byte: string): PublicKey => parsePublicKey(key(byte));
export const preshared = PresharedKey.parse(key('33'));

const networks = (...texts: readonly string[]) =>
  texts.map((text) => parseIpNetwork(text, { keepHostBits: false }));

export const exampleDevice: DeviceConfiguration = {
  privateKey: PrivateKey.parse(key('11')),
  listenPort: 0,
  mark: 23_118,
  peers: [
    {
      publicKey: publicKey('22'),
      presharedKey: preshared,
      endpoint: { address: '203.0.113.2', port: 51_820 },
      allowedIps: networks('0.0.0.0/0', '::/0'),
      keepaliveSeconds: 0,
    },
    {
      publicKey: publicKey('44'),
      presharedKey: undefined,
      endpoint: { address: '2001:db8:2::2', port: 443 },
      allowedIps: networks('10.1.0.0/16'),
      keepaliveSeconds: 25,
    },
  ],
};
