import type { DaemonResult } from '#shared/contract/daemon-contract.ts';
import type { DaemonConnection } from '../daemon/daemon-connection.ts';
import type { StoredTunnel } from '../tunnel/stored-tunnel.ts';
import { candidatesFor, endpointsOf, type Candidate, type Registered } from './read-certificate.ts';

export interface RegistrationCheck extends DaemonResult<'checkRegistration'> {
  /** What would be shown; undefined: nothing covers the tunnel. */
  readonly candidate: Candidate | undefined;
}

/** Asks the service what of all that a person has opens the gate for a tunnel now, or why nothing does. */
export async function checkRegistration(
  daemon: DaemonConnection,
  tunnel: StoredTunnel,
  registered: Registered,
): Promise<RegistrationCheck> {
  const endpoints = endpointsOf(tunnel);
  const checks: RegistrationCheck[] = [];
  for (const candidate of candidatesFor(tunnel, registered)) {
    const { certificate } = candidate;
    const check = { ...(await daemon.request('checkRegistration', { endpoints, certificate })), candidate };
    if (check.refusal === null) return check;
    checks.push(check);
  }
  // None opens it: what is wrong with the newest is what the person can act on.
  const [newest] = checks;
  return newest ?? { ...(await daemon.request('checkRegistration', { endpoints })), candidate: undefined };
}
