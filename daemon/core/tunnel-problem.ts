import { problemFrom, type Problem, type ProblemCatalogue } from '#shared/contract/problem.ts';

type TunnelProblemCode = 'needs_credentials' | 'handshake_timed_out' | 'tunnel_vanished';

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
  tunnel_vanished: {
    kind: 'daemon',
    reason: 'The tunnel’s interface disappeared or was changed by another program, so traffic is blocked.',
    nextAction: 'Stop other VPN programs on this machine, then connect again.',
  },
};

export function tunnelProblem(code: TunnelProblemCode): Problem {
  return problemFrom(catalogue, code);
}
