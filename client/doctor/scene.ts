import type { DaemonConnection } from '../daemon/daemon-connection.ts';
import type { ClientContext } from '../client-context.ts';
import type { StoredDeclaration } from '../registration/stored-declaration.ts';
import type { StoredRegistration } from '../registration/stored-registration.ts';
import type { StoredTunnel } from '../tunnel/stored-tunnel.ts';
import type { Problem } from '#shared/contract/problem.ts';
import type { TunnelStatus } from '#shared/tunnel/tunnel-status.ts';
import type { Probes } from './probe/probes.ts';

/** What of the service can be seen from here. */
export type ServiceView =
  | {
      readonly kind: 'answers';
      /** E.g. "sanadd 0.1.0". */
      readonly program: string;
      readonly status: TunnelStatus;
      readonly daemon: DaemonConnection;
    }
  | { readonly kind: 'silent'; readonly problem: Problem };

/** All that a check may look at. What several of them need is looked at once. */
export interface Scene {
  readonly uid: number;
  readonly client: ClientContext;
  readonly probes: Probes;
  readonly service: Promise<ServiceView>;
  readonly tunnels: Promise<readonly StoredTunnel[]>;
  readonly registrations: Promise<readonly StoredRegistration[]>;
  readonly declarations: Promise<readonly StoredDeclaration[]>;
}

/** While traffic is blocked nothing of this person's goes out: what needs the network cannot be seen. */
export function isBlocked(view: ServiceView): boolean {
  return view.kind === 'answers' && view.status.state.kind === 'blocked';
}
