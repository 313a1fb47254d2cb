import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';

interface ListenOptions {
  readonly path: string;
  /** Permissions of the socket from its first moment on. */
  readonly mode: number;
  readonly maxConnections: number;
  readonly onConnection: (socket: Socket) => void;
}

/**
 * Listens on a unix socket. Its mode comes from the umask, not from a chmod after the fact, which would leave a
 * window in which anybody may connect (MUL-01-006). A socket file left by an earlier run is removed first.
 */
export async function listenOnUnixSocket(options: ListenOptions): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, options.onConnection);
  server.maxConnections = options.maxConnections;
  rmSync(options.path, { force: true });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  const umaskBefore = process.umask(~options.mode & 0o777);
  try {
    // bind(2) happens inside this call, before it returns.
    server.listen(options.path, () => resolve(undefined));
  } finally {
    process.umask(umaskBefore);
  }
  await promise;
  return server;
}
