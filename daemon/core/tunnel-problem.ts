import { problemFrom, type Problem, type ProblemCatalogue } from '#shared/contract/problem.ts';

type TunnelProblemCode =
  | 'needs_credentials'
  | 'handshake_timed_out'
  | 'tunnel_vanished'
  | 'peer_silent'
  | 'peer_strayed'
  | 'peer_unreachable';

const catalogue: ProblemCatalogue<TunnelProblemCode> = {
  needs_credentials: {
    kind: 'daemon',
    reason:
      'The service was started anew and no longer holds the keys of your tunnel, so traffic is blocked.',
    nextAction: 'Connect again with `sanad connect`, or open the network with `sanad disconnect`.',
  },
  handshake_timed_out: {
    kind: 'daemon',
    reason: 'The VPN server did not answer, so traffic is blocked.',
    nextAction:
      'Check that the VPN server is running and that this network lets UDP through, then connect again.',
  },
  peer_silent: {
    kind: 'daemon',
    reason:
      'A VPN server of the tunnel does not answer; it is looked for under its registered name, and traffic stays protected.',
    nextAction:
      'Check that the VPN server is running and that this network lets UDP through; `sanad disconnect` opens the network.',
  },
  peer_strayed: {
    kind: 'daemon',
    reason:
      'Packets of a VPN server of the tunnel came from an address that is not registered for it; nothing is sent there.',
    nextAction:
      'Ask whoever runs the VPN server whether it has moved; a new address has to be registered or its name has to point there.',
  },
  peer_unreachable: {
    kind: 'daemon',
    reason:
      'This network has no way to the address of a VPN server of the tunnel (IPv4 or IPv6 only); traffic stays protected.',
    nextAction:
      'Use another network, or ask whoever runs the VPN server for a name with addresses of both kinds.',
  },
  tunnel_vanished: {
    kind: 'daemon',
    reason: 'The tunnel’s interface disappeared or was changed by another program, so traffic is blocked.',
    nextAction: 'Stop other VPN programs on this machine, then connect again.',
  },
};

export function tunnelProblem(code: TunnelProblemCode): Problem {
  return problemFrom(catalogue, code);
}
