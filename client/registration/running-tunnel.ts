import type { ClientContext } from '../client-context.ts';
import type { DaemonConnection } from '../daemon/daemon-connection.ts';
import type { StoredTunnel } from '../tunnel/stored-tunnel.ts';
import { TunnelStore } from '../tunnel/tunnel-store.ts';
import { covers } from './read-certificate.ts';
import { RegistrationStore } from './registration-store.ts';
import type { StoredRegistration } from './stored-registration.ts';

export interface RunningTunnel {
  readonly name: string;
  /** undefined: it is up, and its file is gone. */
  readonly tunnel: StoredTunnel | undefined;
}

/** This person's tunnel that is up, or on its way, with a certificate of that registration. */
export async function tunnelRunningOn(
  context: ClientContext,
  { status: { state } }: DaemonConnection,
  registration: string,
): Promise<RunningTunnel | undefined> {
  if (state.kind !== 'connected' && state.kind !== 'connecting') return undefined;
  const { tunnel: name } = state;
  if (name === null) return undefined;
  const tunnel = (await new TunnelStore(context).all()).find((one) => one.name === name);
  if (state.kind === 'connected') {
    return state.registration?.registration === registration ? { name, tunnel } : undefined;
  }
  // On its way nothing says with which certificate: one of this registration, if it could be.
  const registrations = await new RegistrationStore(context.configDirectory).all();
  const known = registrations.find(({ view }) => view.id === registration);
  return known !== undefined && isCovered(known, tunnel) ? { name, tunnel } : undefined;
}

/** This person's tunnel that is up on nothing but their own word. */
export async function tunnelStatedAlone(
  context: ClientContext,
  { status: { state } }: DaemonConnection,
): Promise<RunningTunnel | undefined> {
  if (state.kind !== 'connected' || state.registration?.assurance !== 'declared') return undefined;
  const { tunnel: name } = state;
  if (name === null) return undefined;
  return { name, tunnel: (await new TunnelStore(context).all()).find((one) => one.name === name) };
}

export function isCovered({ view }: StoredRegistration, tunnel: StoredTunnel | undefined): boolean {
  return tunnel !== undefined && covers(view.endpoints, tunnel);
}
