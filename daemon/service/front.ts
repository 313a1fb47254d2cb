import { DAEMON_PROTOCOL_VERSION } from '#shared/contract/daemon-contract.ts';
import type { Clock } from '../port/clock.ts';
import type { Random } from '../port/random.ts';
import type { Peer } from './connection.ts';
import { dispatch, type Handlers } from './dispatch.ts';
import type { Log } from './log.ts';
import { Nonces } from './nonces.ts';
import type { Session } from './session.ts';
import { SocketServer } from './socket-server.ts';
import type { StatusBoard } from './status-board.ts';
import type { Viewer } from './status-view.ts';
import { UserSockets } from './user-sockets.ts';

export interface FrontOptions {
  readonly adminSocket: string;
  readonly userDirectory: string;
  readonly userSocketName: string;
  /** E.g. "sanadd 0.1.0". */
  readonly program: string;
  /** Names this run of the daemon. */
  readonly instance: string;
  readonly board: StatusBoard;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly handlers: Omit<Handlers, 'disableUser' | 'enableUser'>;
}

/** What people reach: one socket for the administrator, one for each enabled user. */
export class Front {
  readonly #options: FrontOptions;
  readonly #handlers: Handlers;
  readonly #users: UserSockets;
  #admin: SocketServer | null = null;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#users = new UserSockets({
      directory: options.userDirectory,
      socketName: options.userSocketName,
      welcome: (uid) => this.#welcome({ uid, isAdministrator: false }),
      log: options.log,
    });
    this.#handlers = {
      ...options.handlers,
      enableUser: async ({ uid }) => {
        await this.#users.open(uid);
        return {};
      },
      disableUser: ({ uid }) => {
        this.#users.close(uid);
        return {};
      },
    };
  }

  async open(): Promise<void> {
    this.#admin = await SocketServer.listen({
      path: this.#options.adminSocket,
      welcome: () => this.#welcome({ uid: 0, isAdministrator: true }),
    });
    await this.#users.openAll();
  }

  close(): void {
    this.#admin?.close();
    this.#users.closeAll();
  }

  #welcome(viewer: Viewer): Peer {
    const { board, clock, random, log, program, instance } = this.#options;
    const session: Session = { ...viewer, nonces: new Nonces({ clock, random }) };
    const access = viewer.isAdministrator ? 'administer' : 'use';
    return {
      hello: { hello: { version: DAEMON_PROTOCOL_VERSION, program, instance, access } },
      answer: (method, parameters) => dispatch(this.#handlers, { method, parameters, session }),
      subscribe: (show) => board.subscribe({ ...viewer, show }),
      log,
    };
  }
}
