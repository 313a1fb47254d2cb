import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../log/log.ts';

const PATIENCE_MILLISECONDS = 15_000;
const TIDY_EVERY_MILLISECONDS = 50;

/**
 * Ends a server: no new connection, 503 to a new request on an old one, and those under way are answered. What is not
 * answered by then is cut off: whoever stops a service waits only so long before killing it.
 */
export async function closeServer(
  server: Pick<FastifyInstance, 'close' | 'server'>,
  options: { readonly log: Log; readonly patienceMilliseconds?: number },
): Promise<void> {
  const { log, patienceMilliseconds = PATIENCE_MILLISECONDS } = options;
  const over = new AbortController();
  const cutOff = sleep(patienceMilliseconds, undefined, { signal: over.signal }).then(
    () => {
      log({ event: 'requests_cut_off' });
      server.server.closeAllConnections();
    },
    // Everything was answered in time.
    () => undefined,
  );
  // A connection whose request was under way is kept alive after its answer, and would be waited for.
  const tidying = setInterval(() => {
    server.server.closeIdleConnections();
  }, TIDY_EVERY_MILLISECONDS);
  try {
    await server.close();
  } finally {
    clearInterval(tidying);
    over.abort();
    await cutOff;
  }
}
