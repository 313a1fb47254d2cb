import type { DaemonResult } from '#shared/contract/daemon-contract.ts';
import type { DaemonConnection } from '../daemon/daemon-connection.ts';
import type { StoredTunnel } from '../tunnel/stored-tunnel.ts';
import { candidatesFor, endpointsOf, type Candidate } from './read-certificate.ts';
import type { StoredRegistration } from './stored-registration.ts';

export interface RegistrationCheck extends DaemonResult<'checkRegistration'> {
  /** The certificate that would be shown; undefined: none covers the tunnel. */
  readonly candidate: Candidate | undefined;
}

/** Asks the service which of the person's certificates opens the gate for a tunnel now, or why none does. */
export async function checkRegistration(
  daemon: DaemonConnection,
  tunnel: StoredTunnel,
  registrations: readonly StoredRegistration[],
): Promise<RegistrationCheck> {
  const endpoints = endpointsOf(tunnel);
  const checks: RegistrationCheck[] = [];
  for (const candidate of candidatesFor(tunnel, registrations)) {
    const { certificate } = candidate;
    const check = { ...(await daemon.request('checkRegistration', { endpoints, certificate })), candidate };
    if (check.refusal === null) return check;
    checks.push(check);
  }
  // None opens it: what is wrong with the newest is what the person can act on.
  const [newest] = checks;
  return newest ?? { ...(await daemon.request('checkRegistration', { endpoints })), candidate: undefined };
}
