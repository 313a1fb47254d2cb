import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Connection, type Peer } from './connection.ts';
import { serviceProblem } from './service-problem.ts';

const MAX_CONNECTIONS = 32;
/** The directory decides who gets here; the socket's own mode never matters (docs/decision/0004). */
const SOCKET_MODE = 0o666;

interface ListenOptions {
  readonly path: string;
  /** Makes the other side of a new connection. */
  readonly welcome: () => Peer;
}

/** One listening socket and its connections. */
export class SocketServer {
  readonly #path: string;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();

  private constructor({ path, welcome }: ListenOptions) {
    this.#path = path;
    this.#server = createServer((socket) => this.#accept(socket, welcome));
  }

  /** Takes the place of a socket that an earlier run left. Rejects with the system's error. */
  static async listen(options: ListenOptions): Promise<SocketServer> {
    const listening = new SocketServer(options);
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    listening.#server.once('error', reject);
    rmSync(options.path, { force: true });
    // bind(2) happens inside `listen`: the mode is there from the first moment, without a chmod (MUL-01-006).
    const umask = process.umask(~SOCKET_MODE & 0o777);
    try {
      listening.#server.listen(options.path, () => resolve(undefined));
    } finally {
      process.umask(umask);
    }
    await promise;
    return listening;
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
    this.#server.close();
    rmSync(this.#path, { force: true });
  }

  #accept(socket: Socket, welcome: () => Peer): void {
    if (this.#connections.size >= MAX_CONNECTIONS) {
      const problem = serviceProblem('too_many_connections');
      socket.on('error', () => undefined); // it may be gone already
      socket.end(`${JSON.stringify({ id: null, problem })}\n`, () => socket.destroy());
      return;
    }
    const connection = new Connection(socket, welcome());
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
  }
}
