import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './connection.ts';
import { describeCause, type Log } from './log.ts';
import { serviceError } from './service-problem.ts';
import { SocketServer } from './socket-server.ts';

interface UserSocketsOptions {
  /** One directory a user in it, named by uid, made by the administrator. */
  readonly directory: string;
  readonly socketName: string;
  readonly welcome: (uid: number) => Peer;
  readonly log: Log;
}

/** The sockets of the enabled users. */
export class UserSockets {
  readonly #options: UserSocketsOptions;
  readonly #servers = new Map<number, SocketServer>();

  constructor(options: UserSocketsOptions) {
    this.#options = options;
  }

  /** Those whose directories are there already. One that cannot be opened keeps no other from it. */
  async openAll(): Promise<void> {
    for (const uid of this.#preparedUids()) {
      try {
        await this.open(uid);
      } catch (cause) {
        this.#options.log({ event: 'userSocketNotOpened', uid, ...describeCause(cause) });
      }
    }
  }

  async open(uid: number): Promise<void> {
    this.close(uid);
    const { directory, socketName, welcome } = this.#options;
    const own = join(directory, String(uid));
    requirePrepared(own, uid);
    const server = await SocketServer.listen({ path: join(own, socketName), welcome: () => welcome(uid) });
    this.#servers.set(uid, server);
  }

  close(uid: number): void {
    this.#servers.get(uid)?.close();
    this.#servers.delete(uid);
  }

  closeAll(): void {
    for (const uid of this.#servers.keys()) this.close(uid);
  }

  #preparedUids(): readonly number[] {
    try {
      const names = readdirSync(this.#options.directory);
      return names.filter((name) => /^(?:0|[1-9][0-9]{0,9})$/.test(name)).map(Number);
    } catch (cause) {
      this.#options.log({ event: 'userDirectoryNotRead', ...describeCause(cause) });
      return [];
    }
  }
}

/** The directory lets one user through, and it has to be the one it is named after. */
function requirePrepared(directory: string, uid: number): void {
  const state = lstatSync(directory, { throwIfNoEntry: false });
  if (state?.isDirectory() !== true || state.uid !== uid) throw serviceError('user_not_prepared');
}
