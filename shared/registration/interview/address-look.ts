import ipaddr from 'ipaddr.js';
import type { AddressLook } from '../authority-profile/route-finder.ts';

/** A public address as it was once seen: of the address only a mark is kept. */
export interface EarlierAddress {
  /** YYYY-MM-DD */
  readonly day: string;
  readonly mark: string;
}

/** What can be seen of a line, outside any tunnel. */
export interface LineView {
  /** As a registration office saw it; undefined: none could be asked, or a tunnel was up. */
  readonly publicAddress: string | undefined;
  /** Of this computer's own network cards; those of tunnels left out. */
  readonly ownAddresses: readonly string[];
  /** What the router says its own outer address is; undefined: it does not say. */
  readonly routerAddress: string | undefined;
  /** The mark of `publicAddress`, and those of earlier days of the same family, the oldest first. */
  readonly mark: string | undefined;
  readonly earlier: readonly EarlierAddress[];
}

/**
 * Why it looks so, which says how sure that is. shared: this computer or its router has an address of the range that
 * providers share among customers (RFC 6598). other: the router has another address outside than the internet sees.
 * private: the router is behind another router. changed: it was another one on an earlier day. same: it has been the
 * same since a day. first: it is seen for the first time. unseen: nobody could say which it is.
 */
export type AddressGround = 'shared' | 'other' | 'private' | 'changed' | 'same' | 'first' | 'unseen';

export interface AddressJudgement {
  readonly look: AddressLook;
  readonly ground: AddressGround;
  /** Of `changed` and `same`: the day from which that is known. */
  readonly since: string | undefined;
}

/** How the address of a line looks. Never "fixed": that only the contract with the provider says. */
export function judgeAddress(view: LineView): AddressJudgement {
  const { publicAddress, ownAddresses, routerAddress } = view;
  const near = routerAddress === undefined ? ownAddresses : [...ownAddresses, routerAddress];
  if (near.some((address) => rangeOf(address) === 'carrierGradeNat')) return judged('cgnat', 'shared');
  if (
    routerAddress !== undefined &&
    publicAddress !== undefined &&
    isSameFamily(routerAddress, publicAddress)
  ) {
    if (rangeOf(routerAddress) === 'private') return judged('unknown', 'private');
    if (canonical(routerAddress) !== canonical(publicAddress)) return judged('cgnat', 'other');
  }
  return judgeHistory(view);
}

function judgeHistory({ publicAddress, mark, earlier }: LineView): AddressJudgement {
  if (publicAddress === undefined || mark === undefined) return judged('unknown', 'unseen');
  const another = earlier.findLast((one) => one.mark !== mark);
  if (another !== undefined) return judged('dynamic', 'changed', another.day);
  const [first] = earlier;
  return first === undefined ? judged('unknown', 'first') : judged('unknown', 'same', first.day);
}

function judged(look: AddressLook, ground: AddressGround, since?: string): AddressJudgement {
  return { look, ground, since };
}

/**
 * What of an address tells a line: all of an IPv4 one, the network of an IPv6 one, whose rest computers change by
 * themselves (RFC 8981). undefined: it is none.
 */
export function lineOf(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString();
}

export function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  return ipaddr.isValid(address) ? ipaddr.process(address).kind() : undefined;
}

function isSameFamily(one: string, other: string): boolean {
  return familyOf(one) === familyOf(other);
}

function rangeOf(address: string): string | undefined {
  return ipaddr.isValid(address) ? ipaddr.process(address).range() : undefined;
}

function canonical(address: string): string {
  return ipaddr.process(address).toString();
}
