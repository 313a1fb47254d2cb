import { assertNever } from './assert-never.ts';
import { closureFor } from './closure.ts';
import type { ConnectRequest, ProtectedTarget, Target, TunnelState } from './tunnel-state.ts';

/** What the user wants in this state; the same that `storeTarget` has put on disk. */
export function targetOf(state: TunnelState): Target {
  switch (state.kind) {
    case 'disconnected':
      return { kind: 'unprotected' };
    case 'connecting':
    case 'connected':
      return targetFor(state.request);
    case 'blocked':
      return state.target;
    case 'disconnecting':
      return targetAfter(state.then);
    default:
      return assertNever(state);
  }
}

/** The target that a connect sets. */
export function targetFor(request: ConnectRequest): ProtectedTarget {
  const { configuration } = request.registration;
  return {
    kind: 'protected',
    owner: request.owner,
    tunnel: request.tunnel,
    closure: closureFor(configuration),
    tunnelAddresses: configuration.addresses.map((network) => network.address),
  };
}

function targetAfter(then: Extract<TunnelState, { kind: 'disconnecting' }>['then']): Target {
  switch (then.kind) {
    case 'disconnected':
      return { kind: 'unprotected' };
    case 'connecting':
      return targetFor(then.request);
    case 'blocked':
      return then.target;
    default:
      return assertNever(then);
  }
}
