import type { DaemonParameters } from '#shared/contract/daemon-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import type { TunnelStateView } from '#shared/tunnel/tunnel-status.ts';
import type { DaemonConnection } from './daemon-connection.ts';
import { daemonError } from './daemon-problem.ts';

/** The service gives up on a handshake long before this. */
const SETTLE_MILLISECONDS = 60_000;

type Connected = Extract<TunnelStateView, { readonly kind: 'connected' }>;

interface ConnectOptions {
  readonly parameters: DaemonParameters<'connect'>;
  /** Hears every stage on the way. */
  readonly onProgress: (state: TunnelStateView) => void;
}

/** Asks for the tunnel and waits until it is there. Throws the refusal, or the cause of being blocked. */
export async function connectTunnel(
  connection: DaemonConnection,
  { parameters, onProgress }: ConnectOptions,
): Promise<Connected> {
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, AbortSignal.timeout(SETTLE_MILLISECONDS)]);
  const before = identify(connection.status.state);
  const changes = connection.changes(signal);
  // Listening starts before the request, so that no change falls between the two.
  const first = changes.next();
  first.catch(() => undefined);
  try {
    await connection.request('connect', parameters);
    let isUnderWay = false;
    for (let next = await first; next.done !== true; next = await changes.next()) {
      const { state } = next.value;
      onProgress(state);
      // News of the former tunnel may come in between; it is not what became of this one.
      isUnderWay ||= identify(state) !== before;
      const connected = isUnderWay ? settled(state) : undefined;
      if (connected !== undefined) return connected;
    }
    throw daemonError('daemon_timeout');
  } finally {
    done.abort();
  }
}

/** What stays the same while only figures change. */
function identify(state: TunnelStateView): string {
  return state.kind === 'connected' ? `connected since ${state.since}` : JSON.stringify(state);
}

/** undefined while it is still on its way; throws when it will not come. */
function settled(state: TunnelStateView): Connected | undefined {
  switch (state.kind) {
    case 'connected':
      return state;
    case 'blocked':
      throw new SanadError(state.cause);
    case 'disconnected':
      throw daemonError('daemon_lost', { detail: 'it was disconnected meanwhile' });
    case 'connecting':
    case 'disconnecting':
      return undefined;
    default:
      return state satisfies never;
  }
}
