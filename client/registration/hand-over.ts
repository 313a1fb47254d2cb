import type { DaemonParameters } from '#shared/contract/daemon-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import type { ClientContext } from '../client-context.ts';
import type { DaemonConnection } from '../daemon/daemon-connection.ts';
import { deviceKey } from '../device/device-key.ts';
import { signDeviceProof } from '../device/sign-proof.ts';
import { TunnelStore } from '../tunnel/tunnel-store.ts';
import type { StoredTunnel } from '../tunnel/stored-tunnel.ts';
import { isCovered, tunnelRunningOn, tunnelStatedAlone } from './running-tunnel.ts';
import type { StoredDeclaration } from './stored-declaration.ts';
import type { StoredRegistration } from './stored-registration.ts';

interface HandOver {
  readonly registration: StoredRegistration;
  readonly certificate: string;
}

/**
 * Gives a certificate to the tunnel that runs on an earlier one of the registration, or of the one that it amends, or on
 * nothing but its owner's word: the interface is not touched and no packet is lost. The tunnel's name; null where none runs that could have it.
 */
export async function handOver(
  context: ClientContext,
  daemon: DaemonConnection,
  { registration, certificate }: HandOver,
): Promise<string | null> {
  const { id, amends } = registration.view;
  const running =
    (await tunnelRunningOn(context, daemon, id)) ??
    (amends === null ? undefined : await tunnelRunningOn(context, daemon, amends)) ??
    (await tunnelStatedAlone(context, daemon));
  const tunnel = running?.tunnel;
  if (tunnel === undefined || !isCovered(registration, tunnel)) return null;
  return await giveTo(context, daemon, { tunnel, certificate });
}

/** Gives what was stated again to the tunnel if it runs on what was stated before. */
export async function handOverDeclaration(
  context: ClientContext,
  daemon: DaemonConnection,
  { tunnel, declaration }: { readonly tunnel: StoredTunnel; readonly declaration: StoredDeclaration },
): Promise<string | null> {
  const { state } = daemon.status;
  const isOnIt =
    state.kind === 'connected' &&
    state.tunnel === tunnel.name &&
    state.registration?.registration === declaration.id;
  return isOnIt ? await giveTo(context, daemon, { tunnel, certificate: declaration.declaration }) : null;
}

async function giveTo(
  context: ClientContext,
  daemon: DaemonConnection,
  { tunnel, certificate }: { readonly tunnel: StoredTunnel; readonly certificate: string },
): Promise<string | null> {
  const [configuration, key, challenge] = await Promise.all([
    new TunnelStore(context).configurationOf(tunnel),
    deviceKey(context),
    daemon.request('challenge', {}),
  ]);
  const proof = { key, certificate, configuration, ...challenge, now: context.now() };
  const deviceProof = signDeviceProof(proof);
  return (await replace(daemon, { certificate, deviceProof })) ? tunnel.name : null;
}

/** Whether there was still a tunnel to take it. */
async function replace(
  daemon: DaemonConnection,
  parameters: DaemonParameters<'replaceRegistration'>,
): Promise<boolean> {
  try {
    await daemon.request('replaceRegistration', parameters);
    return true;
  } catch (cause) {
    if (cause instanceof SanadError && cause.problem.code === 'no_tunnel') return false;
    throw cause;
  }
}
