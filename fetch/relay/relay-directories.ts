import { lstatSync, readdirSync, watch, type FSWatcher } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { paths } from '#shared/contract/paths.ts';
import { listenOnUnixSocket } from '../service/unix-listener.ts';

/** One person's app, command line and a few parallel requests of theirs. */
const MAX_CONNECTIONS_PER_USER = 16;

interface RelayDirectoriesOptions {
  /** Holds one folder per enabled user, named by uid. */
  readonly directory: string;
  readonly onConnection: (socket: Socket) => void;
  /** Told of a folder that cannot be served yet; a change of it is another try. */
  readonly onUnusable: (name: string, cause: unknown) => void;
}

interface Open {
  readonly inode: number;
  readonly server: Server;
}

/** Keeps a relay socket in every enabled user's folder, as folders come and go. */
export class RelayDirectories {
  readonly #options: RelayDirectoriesOptions;
  readonly #open = new Map<string, Open>();
  #watcher: FSWatcher | undefined;
  #scan: Promise<void> = Promise.resolve();

  constructor(options: RelayDirectoriesOptions) {
    this.#options = options;
  }

  /** Scans now and at every change. Without the folder itself there is only `rescan`, that is SIGHUP. */
  async start(): Promise<void> {
    this.#watch();
    await this.rescan();
  }

  /** One scan at a time, and always one after the last change. */
  async rescan(): Promise<void> {
    this.#watch();
    this.#scan = this.#scan.then(() => this.#scanOnce());
    await this.#scan;
  }

  close(): void {
    this.#watcher?.close();
    for (const name of this.#open.keys()) this.#stop(name);
  }

  #watch(): void {
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(this.#options.directory, () => void this.rescan());
      this.#watcher.on('error', () => this.#unwatch());
    } catch (cause) {
      this.#options.onUnusable('.', cause);
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  async #scanOnce(): Promise<void> {
    const found = this.#folders();
    // Before opening: closing a server removes the path it was bound to, whoever is bound there by then.
    for (const [name, open] of this.#open) if (found.get(name) !== open.inode) this.#stop(name);
    for (const [name, inode] of found) if (!this.#open.has(name)) await this.#serve(name, inode);
  }

  #folders(): ReadonlyMap<string, number> {
    try {
      const names = readdirSync(this.#options.directory).filter((name) => /^\d{1,10}$/.test(name));
      return new Map(names.flatMap((name) => this.#folder(name)));
    } catch (cause) {
      this.#options.onUnusable('.', cause);
      return new Map();
    }
  }

  /** One that is gone meanwhile, or that its user has mounted something over, costs no other user the relay. */
  #folder(name: string): readonly (readonly [string, number])[] {
    try {
      const state = lstatSync(join(this.#options.directory, name));
      return state.isDirectory() ? [[name, state.ino]] : [];
    } catch (cause) {
      this.#options.onUnusable(name, cause);
      return [];
    }
  }

  async #serve(name: string, inode: number): Promise<void> {
    try {
      const server = await listenOnUnixSocket({
        path: join(this.#options.directory, name, paths.relaySocketName),
        // Everybody, because the folder lets through its one user only and the socket cannot belong to them.
        mode: 0o666,
        maxConnections: MAX_CONNECTIONS_PER_USER,
        onConnection: this.#options.onConnection,
      });
      this.#open.set(name, { inode, server });
    } catch (cause) {
      this.#options.onUnusable(name, cause);
    }
  }

  #stop(name: string): void {
    this.#open.get(name)?.server.close();
    this.#open.delete(name);
  }
}
