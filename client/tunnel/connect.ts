import type { DaemonParameters } from '#shared/contract/daemon-contract.ts';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import type { TunnelStateView } from '#shared/tunnel/tunnel-status.ts';
import { toConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import type { ClientContext } from '../client-context.ts';
import { connectTunnel } from '../daemon/connect-tunnel.ts';
import type { DaemonConnection } from '../daemon/daemon-connection.ts';
import { deviceKey } from '../device/device-key.ts';
import { signDeviceProof } from '../device/sign-proof.ts';
import { checkRegistration } from '../registration/check.ts';
import { candidatesFor, covers, isDueForRenewal, type Candidate } from '../registration/read-certificate.ts';
import { RegistrationStore } from '../registration/registration-store.ts';
import { isOver, type StoredRegistration } from '../registration/stored-registration.ts';
import type { StoredTunnel } from './stored-tunnel.ts';
import { TunnelStore } from './tunnel-store.ts';

interface ConnectOptions {
  readonly name: string;
  /** From here on there is something to undo. */
  readonly onAsked?: () => void;
  readonly onProgress: (state: TunnelStateView) => void;
}

type Connected = Extract<TunnelStateView, { readonly kind: 'connected' }>;

/** Brings a stored tunnel up, with the certificate that covers it and a proof made for this moment. */
export async function connect(
  context: ClientContext,
  daemon: DaemonConnection,
  { name, onAsked, onProgress }: ConnectOptions,
): Promise<Connected> {
  const tunnel = await new TunnelStore(context).get(name);
  const registrations = await new RegistrationStore(context.configDirectory).all();
  try {
    const candidate = await freshCandidate(context, daemon, { tunnel, registrations });
    const ask = async (): Promise<Connected> => {
      const parameters = await connectParameters(context, daemon, { tunnel, candidate });
      onAsked?.();
      return await connectTunnel(daemon, { parameters, onProgress });
    };
    return await ask().catch(async (cause: unknown) => {
      if (!isSuspended(cause)) throw cause;
      // What the service knows is up to a quarter of an hour old, and a suspension may have been lifted meanwhile.
      await daemon.request('refresh', {});
      return await ask();
    });
  } catch (cause) {
    if (!(cause instanceof SanadError)) throw cause;
    throw new SanadError(withCase(cause.problem, { tunnel, registrations }), { cause });
  }
}

function isSuspended(cause: unknown): boolean {
  return cause instanceof SanadError && cause.problem.code === 'registration_suspended';
}

interface Known {
  readonly tunnel: StoredTunnel;
  readonly registrations: readonly StoredRegistration[];
}

/**
 * The best certificate for the tunnel, if the gateway answers: one that nears its end is renewed on the way, and where
 * there is none although a case is under way, it may be there by now.
 */
async function freshCandidate(
  context: ClientContext,
  daemon: DaemonConnection,
  known: Known,
): Promise<Candidate | undefined> {
  const candidate = await bestCandidate(daemon, known);
  const registration = candidate === undefined ? awaiting(known) : dueForRenewal(candidate, context.now());
  if (registration === undefined) return candidate;
  try {
    // Loaded when needed: with HTTP and TLS it takes longer than everything else here.
    const { follow } = await import('../registration/follow.ts');
    const followed = await follow(context, registration, {
      certificate: candidate === undefined ? 'now' : 'due',
    });
    return candidatesFor(known.tunnel, [followed.registration])[0] ?? candidate;
  } catch (cause) {
    // No gateway, no room on the disk: the service says whether the one at hand still counts.
    if (cause instanceof SanadError && /^(gateway|internal)$/.test(cause.problem.kind)) return candidate;
    throw cause;
  }
}

/** The newest case for the tunnel from which a certificate may still come. */
function awaiting({ tunnel, registrations }: Known): StoredRegistration | undefined {
  return registrations.find(({ view }) => !isOver(view.state) && covers(view.endpoints, tunnel));
}

function dueForRenewal({ registration, claims }: Candidate, now: number): StoredRegistration | undefined {
  return isDueForRenewal(claims, now) ? registration : undefined;
}

async function bestCandidate(
  daemon: DaemonConnection,
  { tunnel, registrations }: Known,
): Promise<Candidate | undefined> {
  const candidates = candidatesFor(tunnel, registrations);
  if (candidates.length < 2) return candidates[0];
  return (await checkRegistration(daemon, tunnel, registrations)).candidate;
}

async function connectParameters(
  context: ClientContext,
  daemon: DaemonConnection,
  { tunnel, candidate }: { readonly tunnel: StoredTunnel; readonly candidate: Candidate | undefined },
): Promise<DaemonParameters<'connect'>> {
  if (candidate === undefined) return (await unproven(context, tunnel)).sent;
  const { certificate } = candidate;
  // Side by side: the keychain is the slowest part of connecting.
  const [{ configuration, sent }, key, challenge] = await Promise.all([
    unproven(context, tunnel),
    deviceKey(context),
    daemon.request('challenge', {}),
  ]);
  const proof = { key, certificate, configuration, ...challenge, now: context.now() };
  return { ...sent, certificate, deviceProof: signDeviceProof(proof) };
}

/** The configuration with its secrets, and what goes to the service of it. */
async function unproven(context: ClientContext, tunnel: StoredTunnel) {
  const configuration = await new TunnelStore(context).configurationOf(tunnel);
  return {
    configuration,
    sent: { tunnel: tunnel.name, configuration: toConfigurationMessage(configuration) },
  };
}

/** "Register" is no help to somebody who has: the case decides what comes next. */
function withCase(problem: Problem, { tunnel, registrations }: Known): Problem {
  if (problem.code !== 'unregistered') return problem;
  const registration = registrations.find(({ view }) => covers(view.endpoints, tunnel));
  if (registration === undefined) return problem;
  return {
    ...problem,
    reason: `This tunnel has no certificate yet; its registration was last seen as: ${registration.view.state}.`,
    nextAction: `See where the registration stands: sanad registration show ${registration.tunnel}`,
  };
}
