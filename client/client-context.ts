import type { AnchorLocation } from './anchor/read-anchors.ts';
import { DaemonConnection } from './daemon/daemon-connection.ts';
import type { Keychain } from './keychain.ts';

/** Where a person's client finds everything. App and command line make one each. */
export interface ClientContext {
  /** e.g. ~/.config/sanad */
  readonly configDirectory: string;
  readonly anchors: AnchorLocation;
  readonly daemonSocket: string;
  readonly relaySocket: string;
  readonly keychain: Keychain;
  /** e.g. "sanad 0.1.0" */
  readonly program: string;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** Opens a conversation with the service for as long as the work takes. */
export async function withDaemon<Result>(
  { daemonSocket: path, program }: ClientContext,
  work: (daemon: DaemonConnection) => Promise<Result>,
): Promise<Result> {
  const daemon = await DaemonConnection.open({ path, program });
  try {
    return await work(daemon);
  } finally {
    daemon.close();
  }
}
