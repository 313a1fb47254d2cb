import type { DaemonParameters } from '#shared/contract/daemon-contract.ts';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import type { TunnelStateView } from '#shared/tunnel/tunnel-status.ts';
import { toConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import type { ClientContext } from '../client-context.ts';
import { connectTunnel } from '../daemon/connect-tunnel.ts';
import type { DaemonConnection } from '../daemon/daemon-connection.ts';
import { deviceKey } from '../device/device-key.ts';
import { signDeviceProof } from '../device/sign-proof.ts';
import { covers, type Candidate } from '../registration/read-certificate.ts';
import { allRegistered } from '../registration/registered.ts';
import { freshCandidate, otherCandidate, type Known } from './candidate.ts';
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
  const known: Known = { tunnel, ...(await allRegistered(context.configDirectory)) };
  const ask = async (candidate: Candidate | undefined): Promise<Connected> => {
    const parameters = await connectParameters(context, daemon, { tunnel, candidate });
    onAsked?.();
    return await connectTunnel(daemon, { parameters, onProgress });
  };
  try {
    const candidate = await freshCandidate(context, daemon, known);
    return await ask(candidate).catch(async (cause: unknown) => {
      const better = await overcome(context, daemon, { cause, candidate, known });
      if (better === undefined) throw cause;
      return await ask(better);
    });
  } catch (cause) {
    if (!(cause instanceof SanadError)) throw cause;
    throw new SanadError(withCase(cause.problem, known), { cause });
  }
}

interface Refused {
  readonly cause: unknown;
  readonly candidate: Candidate | undefined;
  readonly known: Known;
}

/** What to try once more after a refusal that may rest on old news; undefined: nothing. */
async function overcome(
  context: ClientContext,
  daemon: DaemonConnection,
  { cause, candidate, known }: Refused,
): Promise<Candidate | undefined> {
  const code = cause instanceof SanadError ? cause.problem.code : '';
  if (candidate === undefined || candidate.kind === 'declaration') return undefined;
  if (code === 'registration_revoked') return await otherCandidate(context, known, candidate);
  if (code !== 'registration_suspended') return undefined;
  // What the service knows is up to a quarter of an hour old; the suspension may have been lifted meanwhile.
  await daemon.request('refresh', {});
  return candidate;
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
