/**
 * What Sanad makes in a machine's network, by name: the service makes it, `sanad repair` takes it away. One place, so
 * that nothing is made that repair does not know.
 */
export const systemNames = {
  /** The one interface, the socket named after it, and resolvconf's and resolved's word for its name servers. */
  device: 'sanad0',
  /** Carried by the encrypted packets and by nothing else; also the number of the tunnel's routing table. */
  mark: 0x5a4e,
  nftTables: [
    { family: 'inet', name: 'sanad' },
    /** Address resolution passes by the tables of IP. */
    { family: 'arp', name: 'sanad' },
  ],
  /** First words of a resolv.conf with a tunnel's name servers, where the service writes the file itself. */
  tunnelResolvConf: '# The name servers of a Sanad tunnel, on',
  /** Where wireguard-go puts the socket of each interface. */
  wireguardDirectory: '/run/wireguard',
} as const;

/** Above these, `ip rule` has only what the administrator put there on purpose. */
export const rulePriorities = { namesOutside: 5208, mainExceptDefault: 5209, tunnel: 5210 } as const;

/**
 * The routing rules, as `ip rule add` and `ip rule del` take them. In full: a rule of somebody else's at the same
 * priority is another one, and stays.
 */
export function routingRules(mark: number): {
  readonly tunnel: string;
  readonly mainExceptDefault: string;
} {
  return {
    tunnel: `not fwmark ${mark} lookup ${mark} priority ${rulePriorities.tunnel}`,
    mainExceptDefault: `lookup main suppress_prefixlength 0 priority ${rulePriorities.mainExceptDefault}`,
  };
}

/** Marks who made a rule, as rt_protos does for routing programs; unassigned there. */
export const RULE_PROTOCOL = 90;

/**
 * The rules by which sanad-fetch asks the system's own name servers past the tunnel, when the tunnel's peer has to
 * be found anew. One a server; `ip rule flush` takes exactly these away, whichever servers they name.
 */
export const namesOutsideRules = `priority ${rulePriorities.namesOutside} protocol ${RULE_PROTOCOL} lookup main`;

/**
 * Where each program may lie: absolute, owned by the system, never looked up in PATH (CVE-2024-27303 and its
 * kin: whoever writes a directory of the search path would run as the service, or as root).
 */
export const programPlaces = {
  ip: ['/usr/sbin/ip', '/usr/bin/ip', '/sbin/ip', '/bin/ip'],
  nft: ['/usr/sbin/nft', '/sbin/nft', '/usr/bin/nft'],
  wg: ['/usr/bin/wg', '/bin/wg'],
  'wireguard-go': ['/usr/bin/wireguard-go', '/usr/sbin/wireguard-go'],
  sh: ['/bin/sh', '/usr/bin/sh'],
  resolvectl: ['/usr/bin/resolvectl', '/bin/resolvectl'],
  resolvconf: ['/usr/sbin/resolvconf', '/sbin/resolvconf', '/usr/bin/resolvconf'],
} as const;

export type ProgramName = keyof typeof programPlaces;

/** All that a child process sees: no variable of the caller reaches it. */
export const childEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C', LC_ALL: 'C' } as const;
