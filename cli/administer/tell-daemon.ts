import { withDaemon } from '#client/client-context.ts';
import type { DaemonConnection } from '#client/daemon/daemon-connection.ts';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import type { Surroundings } from '../surroundings.ts';

/** Tells the service of a change on disk. One that does not run reads the disk when it starts: no failure. */
export async function tellDaemon(
  { client }: Surroundings,
  work: (daemon: DaemonConnection) => Promise<unknown>,
): Promise<Problem | null> {
  try {
    await withDaemon(client, work);
    return null;
  } catch (cause) {
    if (cause instanceof SanadError && cause.problem.code === 'daemon_unreachable') return cause.problem;
    throw cause;
  }
}
