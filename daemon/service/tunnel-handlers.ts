import { SanadError } from '#shared/contract/problem.ts';
import type { Policy } from '#shared/registration/policy.ts';
import type { Primitives } from '#shared/registration/primitives.ts';
import { verifyRegistration, type VerifiedRegistration } from '#shared/registration/verify-registration.ts';
import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import { parseConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import type { TunnelState } from '../core/tunnel-state.ts';
import type { Dns } from '../port/dns.ts';
import type { Fetcher } from '../port/fetcher.ts';
import type { Network } from '../port/network.ts';
import type { Handlers } from './dispatch.ts';
import type { FloorClock } from './floor-clock.ts';
import type { Keeper } from './keeper.ts';
import { resolvePeers } from './resolve-peers.ts';
import { serviceError } from './service-problem.ts';
import type { Session } from './session.ts';
import { ownerOf, type Tunnel } from './tunnel.ts';

const DISCONNECT_WITHIN_MILLISECONDS = 25_000;

export interface TunnelHandlersOptions {
  readonly tunnel: Tunnel;
  readonly keeper: Keeper;
  readonly clock: FloorClock;
  readonly policy: () => Policy;
  readonly primitives: Primitives;
  readonly fetcher: Fetcher;
  readonly dns: Dns;
  readonly network: Network;
  /** Names this run of the daemon. */
  readonly instance: string;
  /** About to connect while no tunnel's name servers are set: the system's own can be looked at. */
  readonly onBeforeConnect: () => void;
  /** Who can tell past a closed firewall where a peer is. */
  readonly nameServers: () => Promise<readonly string[]>;
}

type TunnelMethod = 'challenge' | 'connect' | 'disconnect' | 'replaceRegistration';

interface Claim {
  readonly certificate: string | undefined;
  readonly deviceProof: string | undefined;
  readonly configuration: TunnelConfiguration;
}

export function createTunnelHandlers(options: TunnelHandlersOptions): Pick<Handlers, TunnelMethod> {
  const { tunnel, instance } = options;

  /** The gate. Throws the refusal. */
  function verify(claim: Claim, session: Session): VerifiedRegistration {
    const { keeper, clock, policy, primitives } = options;
    const verification = verifyRegistration({
      certificate: claim.certificate,
      configuration: claim.configuration,
      deviceProof: { text: claim.deviceProof, nonce: session.nonces.take(), instance },
      keySets: keeper.keySets,
      statusLists: keeper.statusLists,
      policy: policy(),
      clock: clock.read(),
      primitives,
    });
    if (verification.kind === 'refused') throw new SanadError(verification.refusal);
    return verification.registration;
  }

  return {
    challenge: (_, session) => ({ nonce: session.nonces.ask(), instance }),

    /** The gate first: before it is passed nothing is looked up, written or changed anywhere. */
    connect: async (parameters, session) => {
      const configuration = parseConfigurationMessage(parameters.configuration);
      const { certificate, deviceProof } = parameters;
      const registration = verify({ certificate, deviceProof, configuration }, session);
      requireOwn(tunnel.state, session);
      if (configuration.dns.servers.length + configuration.dns.searchDomains.length > 0)
        options.dns.requireSupport();
      const resolving = resolvePeers(configuration, {
        ...options,
        ownAddresses: () => options.network.ownAddresses(),
      });
      const peers = resolving instanceof Promise ? await resolving : resolving;
      // Again: while a name was resolved another user may have come.
      requireOwn(tunnel.state, session);
      options.onBeforeConnect();
      const request = { owner: session.uid, tunnel: parameters.tunnel, registration, peers };
      tunnel.dispatch({ kind: 'connectRequested', request });
      return { attempt: tunnel.state.attempt };
    },

    disconnect: async (_, session) => {
      requireOwn(tunnel.state, session);
      requireLeave(tunnel.state, session, options.policy());
      tunnel.dispatch({ kind: 'disconnectRequested' });
      const isOver = await tunnel.until(isSettled, DISCONNECT_WITHIN_MILLISECONDS);
      if (!isOver) throw serviceError('disconnect_pending', detailOf(tunnel.state));
      return {};
    },

    replaceRegistration: (parameters, session) => {
      const { state } = tunnel;
      if (state.kind !== 'connected' && state.kind !== 'connecting') throw serviceError('no_tunnel');
      requireOwn(state, session);
      const { configuration } = state.request.registration;
      const registration = verify({ ...parameters, configuration }, session);
      tunnel.dispatch({ kind: 'registrationReplaced', registration });
      return {};
    },
  };
}

function requireOwn(state: TunnelState, session: Session): void {
  const owner = ownerOf(state);
  if (owner !== undefined && owner !== session.uid && !session.isAdministrator)
    throw serviceError('not_yours');
}

function requireLeave(state: TunnelState, session: Session, policy: Policy): void {
  // Also on the way there: between losing the registration and `blocked` there are milliseconds to slip through.
  const isBlocked =
    state.kind === 'blocked' || (state.kind === 'disconnecting' && state.then.kind === 'blocked');
  const goesWithout = isBlocked && !policy.continue_without_tunnel;
  if (goesWithout && !session.isAdministrator) throw serviceError('tunnel_required');
}

/** Gone, and the firewall with it; or somebody has asked for something else meanwhile. */
function isSettled(state: TunnelState): boolean {
  if (state.kind === 'disconnected') return true;
  return state.kind !== 'disconnecting' || state.then.kind !== 'disconnected';
}

function detailOf(state: TunnelState): { readonly detail?: string } {
  return state.trouble === null ? {} : { detail: state.trouble.reason };
}
