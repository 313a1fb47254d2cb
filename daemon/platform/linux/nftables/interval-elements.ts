import { readIpAddress } from '#shared/wireguard/ip-address.ts';
import { formatIpNetwork, type IpNetwork } from '#shared/wireguard/ip-network.ts';

/**
 * Networks of one family as the elements of an anonymous interval set. nft refuses a set whose elements overlap
 * ("conflicting intervals"), and a configuration may well list a network and a part of it: parts are left out.
 */
export function intervalElements(networks: readonly IpNetwork[], family: 4 | 6): readonly string[] {
  const spans = networks.filter((network) => network.family === family).map(spanOf);
  spans.sort((a, b) => (a.first === b.first ? compare(b.end, a.end) : compare(a.first, b.first)));
  // Two networks are disjoint or one holds the other, so whatever begins below `covered` is held already.
  let covered = 0n;
  return spans.flatMap(({ network, first, end }) => {
    if (first < covered) return [];
    covered = end;
    return [formatIpNetwork(network)];
  });
}

function spanOf(network: IpNetwork): { network: IpNetwork; first: bigint; end: bigint } {
  const address = readIpAddress(network.address);
  if (address === undefined) throw new TypeError(`not an address: ${network.address}`);
  const hostBits = BigInt(address.bytes.length * 8 - network.prefixLength);
  const value = address.bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const first = (value >> hostBits) << hostBits;
  return { network, first, end: first + (1n << hostBits) };
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
