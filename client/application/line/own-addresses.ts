import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** Interfaces whose addresses say nothing of the line: tunnels (some take theirs from 100.64.0.0/10, too) and bridges. */
const OTHERS = /^(?:lo|wg|sanad|tun|tap|utun|tailscale|ts|zt|nebula|docker|br-|veth|virbr|vmnet)/;

/** The addresses of this computer's own network cards. */
export function ownAddresses(interfaces = networkInterfaces()): readonly string[] {
  return Object.entries(interfaces)
    .filter(([name]) => !OTHERS.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address);
}

/** The router to which everything goes that is not near, as Linux has it (IPv4); undefined: none, or not to be seen. */
export function defaultRouter(routes = readRoutes()): string | undefined {
  const lines = routes.split('\n').slice(1);
  for (const line of lines) {
    const [name = '', destination, router = '', flags = '0'] = line.split('\t');
    const isGateway = (Number.parseInt(flags, 16) & RTF_GATEWAY) !== 0;
    if (destination === '00000000' && isGateway && !OTHERS.test(name)) return addressOf(router);
  }
  return undefined;
}

/** linux/route.h */
const RTF_GATEWAY = 2;

function readRoutes(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8');
  } catch {
    return '';
  }
}

/** Written as one number in the machine's own order, the last byte first. */
function addressOf(hexadecimal: string): string | undefined {
  const bytes = hexadecimal.match(/^(..)(..)(..)(..)$/)?.slice(1);
  return bytes
    ?.toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}
