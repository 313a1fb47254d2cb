import type { CheckpointPublisher } from '../checkpoint/publisher.ts';
import type { GatewayIdentity } from '../configuration.ts';
import type { DocumentVault } from '../evidence/vault.ts';
import type { IssuerPort } from '../issuer/client.ts';
import type { Log } from '../log/log.ts';
import type { OfferedProfiles } from '../profile/profile-directory.ts';
import type { StatusPublisher } from '../status/publisher.ts';
import type { Connection } from '../storage/database.ts';

/** What the handlers work with. */
export interface Services {
  readonly identity: GatewayIdentity;
  readonly database: Connection;
  readonly issuer: IssuerPort;
  readonly publisher: StatusPublisher;
  readonly vault: DocumentVault;
  readonly profiles: OfferedProfiles;
  readonly checkpoints: Pick<CheckpointPublisher, 'text'>;
  /** Seconds since the epoch. */
  readonly now: () => number;
  /** Without personal data: LogEntry has no place for any. */
  readonly log: Log;
}
