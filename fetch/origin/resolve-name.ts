import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { deadline } from '../deadline.ts';
import { fetchError } from '../problems.ts';

const MAX_ADDRESSES = 64;
// RFC 1123 section 2.1 and RFC 952: letters, digits, hyphens; underscores occur in practice.
const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?$/i;

/** Asks the system's resolver for every address of a name. An address is its own answer. */
export type ResolveName = (host: string) => Promise<readonly string[]>;

export const resolveName: ResolveName = async (host) => {
  if (isIP(host) !== 0) return [host];
  if (!hostName.test(host)) throw fetchError('host_malformed');
  const found = await deadline(lookUp(host), 'name_unresolved');
  // A scoped address (fe80::1%eth0) is a neighbour on one link, never an endpoint.
  const addresses = [...new Set(found)].filter((address) => isIP(address) !== 0 && !address.includes('%'));
  if (addresses.length === 0) throw fetchError('name_unresolved');
  return addresses.slice(0, MAX_ADDRESSES);
};

async function lookUp(host: string): Promise<readonly string[]> {
  try {
    const found = await lookup(host, { all: true, order: 'verbatim' });
    return found.map(({ address }) => address);
  } catch (cause) {
    throw fetchError('name_unresolved', { cause });
  }
}
