import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { deadline } from '../deadline.ts';
import { fetchError } from '../problems.ts';

const MAX_ADDRESSES = 64;
// RFC 1123 section 2.1 and RFC 952: letters, digits, hyphens; underscores occur in practice.
const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?$/i;

/** A living name server answers in less. The system's resolver has the rest of the time. */
const NAME_SERVERS_MILLISECONDS = 4000;

/**
 * Asks for every address of a name: those name servers, if any, and then the system's resolver, which also knows
 * the machine's own hosts. An address is its own answer.
 */
export type ResolveName = (host: string, nameServers?: readonly string[]) => Promise<readonly string[]>;

export const resolveName: ResolveName = async (host, nameServers = []) => {
  if (isIP(host) !== 0) return [host];
  if (!hostName.test(host)) throw fetchError('host_malformed');
  const found = await deadline(find(host, nameServers), 'name_unresolved');
  // A scoped address (fe80::1%eth0) is a neighbour on one link, never an endpoint.
  const addresses = [...new Set(found)].filter((address) => isIP(address) !== 0 && !address.includes('%'));
  if (addresses.length === 0) throw fetchError('name_unresolved');
  return addresses.slice(0, MAX_ADDRESSES);
};

async function find(host: string, nameServers: readonly string[]): Promise<readonly string[]> {
  const found = nameServers.length === 0 ? [] : await askNameServers(host, nameServers);
  return found.length > 0 ? found : await lookUp(host);
}

/** None where they do not know the name or do not answer. */
async function askNameServers(host: string, nameServers: readonly string[]): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: NAME_SERVERS_MILLISECONDS / 4, tries: 2 });
  resolver.setServers(nameServers);
  const timer = setTimeout(() => resolver.cancel(), NAME_SERVERS_MILLISECONDS);
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  clearTimeout(timer);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}

async function lookUp(host: string): Promise<readonly string[]> {
  try {
    const found = await lookup(host, { all: true, order: 'verbatim' });
    return found.map(({ address }) => address);
  } catch (cause) {
    throw fetchError('name_unresolved', { cause });
  }
}
