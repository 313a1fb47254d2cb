import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const RECONNECT = 'Connect again; if it stays, restart the service: systemctl restart sanadd';

/** What the system can refuse. Each code names the stage. */
const platformProblems = {
  program_missing: {
    kind: 'daemon',
    reason: 'A program that Sanad needs is not installed.',
    nextAction: 'Install the packages iproute2, nftables, wireguard-tools and wireguard-go, then try again.',
  },
  make_device_failed: {
    kind: 'daemon',
    reason: 'The WireGuard device could not be made.',
    nextAction: 'Check that wireguard-go is installed and that the service may use /dev/net/tun.',
  },
  configure_device_failed: {
    kind: 'daemon',
    reason: 'The WireGuard device did not take its configuration.',
    nextAction: RECONNECT,
  },
  read_device_failed: {
    kind: 'daemon',
    reason: 'The WireGuard device could not be read.',
    nextAction: RECONNECT,
  },
  set_routes_failed: {
    kind: 'daemon',
    reason: 'Addresses, routes or rules of the tunnel could not be set.',
    nextAction: RECONNECT,
  },
  clear_routes_failed: {
    kind: 'daemon',
    reason: 'Addresses, routes or rules of the tunnel could not be taken away.',
    nextAction: 'Restart the service: systemctl restart sanadd',
  },
  forget_waiting_failed: {
    kind: 'daemon',
    reason: 'Packets from before the firewall closed may still leave when a neighbour answers.',
    nextAction: 'None: it is tried again at the next change of the firewall.',
  },
  dns_unsupported: {
    kind: 'daemon',
    reason: 'The tunnel has its own name servers, and Sanad cannot set name servers on this machine.',
    nextAction:
      'Have the administrator prepare one of the ways in docs/decision/0006, or remove DNS from the tunnel.',
  },
  set_dns_failed: {
    kind: 'daemon',
    reason: 'The tunnel’s name servers could not be set.',
    nextAction: RECONNECT,
  },
  not_verified: {
    kind: 'internal',
    reason: 'A tunnel was about to come up without a verified registration.',
    nextAction: 'Report this; nothing was brought up.',
  },
} as const satisfies ProblemCatalogue<string>;

export type PlatformProblemCode = keyof typeof platformProblems;

/** `detail`: the system's own words. They may name addresses, so they go to the tunnel's owner and to no log. */
export function platformError(
  code: PlatformProblemCode,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(platformProblems, code, options.detail), { cause: options.cause });
}
