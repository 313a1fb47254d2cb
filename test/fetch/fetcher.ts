import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAnchors } from '#fetch/anchor/read-anchors.ts';
import { AnchoredOrigins } from '#fetch/origin/anchored-origins.ts';
import { relay, relayLimits, type RelayLimits } from '#fetch/relay/relay-connection.ts';
import { RelayDirectories } from '#fetch/relay/relay-directories.ts';
import { createFetchService } from '#fetch/service/fetch-service.ts';
import { openFetchSocket } from '#fetch/service/fetch-socket.ts';
import {
  fetchMessageSchema,
  type FetchMethod,
  type FetchParameters,
} from '#shared/contract/fetch-contract.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { MessageLines, parseMessage } from '#shared/contract/message-lines.ts';

export interface TestFetcher {
  readonly directory: string;
  readonly anchorDirectory: string;
  readonly fetchSocket: string;
  readonly relaySocket: string;
  readonly relays: RelayDirectories;
  /** What the resolver answers; a test changes it. */
  readonly names: Map<string, readonly string[]>;
  readonly unusable: string[];
  installAnchor(anchor: Anchor): void;
  /** One request over a connection of its own: `result`, or `problem`. */
  ask<M extends FetchMethod>(method: M, parameters: FetchParameters<M>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly result?: unknown;
  readonly problem?: { readonly code: string };
}

interface TestFetcherOptions {
  readonly timeoutMilliseconds?: number;
  readonly limits?: Partial<RelayLimits>;
}

/** The fetcher's own parts on sockets and folders of a test; only the names are the test's. */
export async function startFetcher(options: TestFetcherOptions = {}): Promise<TestFetcher> {
  const directory = mkdtempSync(join(tmpdir(), 'sanad-fetch-'));
  const at = (...parts: readonly string[]): string => join(directory, ...parts);
  for (const name of ['anchor.d', 'fetch', 'relay', 'relay/1000']) mkdirSync(at(name), { mode: 0o755 });
  const names = new Map<string, readonly string[]>([['gateway.test', ['127.0.0.1']]]);
  const unusable: string[] = [];
  const resolveName = (host: string) => Promise.resolve(names.get(host) ?? []);
  const onUnusable = (name: string): void => void unusable.push(name);
  const readThem = () =>
    readAnchors({ directory: at('anchor.d'), ownerUid: process.getuid?.() ?? 0, onUnusable });
  const origins = new AnchoredOrigins({ readAnchors: readThem, resolveName });
  const limits = { ...relayLimits, ...options.limits };
  const relays = new RelayDirectories({
    directory: at('relay'),
    onConnection: (socket) => void relay(socket, origins, limits),
    onUnusable,
  });
  const service = createFetchService({
    origins,
    resolveName,
    ...(options.timeoutMilliseconds === undefined
      ? {}
      : { timeoutMilliseconds: options.timeoutMilliseconds }),
  });
  const fetchSocket = at('fetch/fetch.sock');
  const server = await openFetchSocket(fetchSocket, service);
  await relays.start();
  return {
    directory,
    anchorDirectory: at('anchor.d'),
    fetchSocket,
    relaySocket: at('relay/1000/relay.sock'),
    relays,
    names,
    unusable,
    installAnchor: (anchor) => {
      writeFileSync(at('anchor.d', `${anchor.name}.json`), JSON.stringify(anchor));
      chmodSync(at('anchor.d', `${anchor.name}.json`), 0o644);
    },
    ask: (method, parameters) => ask(fetchSocket, { id: 7, method, parameters }),
    close: async () => {
      relays.close();
      await closed(server);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Sends one line and gives the first line that comes back. */
export async function ask(path: string, message: unknown): Promise<Answer> {
  const socket = await connectTo(path);
  try {
    socket.write(typeof message === 'string' ? message : `${JSON.stringify(message)}\n`);
    return fetchMessageSchema.parse(parseMessage(await nextLine(socket)));
  } finally {
    socket.destroy();
  }
}

export function connectTo(path: string): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket)).once('error', reject);
  });
}

/** The next line a socket says; rejects when it closes first. */
export function nextLine(socket: Socket): Promise<string> {
  const lines = new MessageLines(2 * 1024 * 1024);
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      const [line] = lines.push(chunk);
      if (line !== undefined) resolve(line);
    });
    socket.once('close', () => reject(new Error('closed without a line')));
    socket.once('error', reject);
  });
}

export function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server)
      (server as Server & { closeAllConnections(): void }).closeAllConnections();
  });
}

/** An anchor of a gateway at an origin. */
export function anchorFor(origin: string, extra: Partial<Anchor> = {}): Anchor {
  return {
    ver: 1,
    name: 'test',
    origin,
    status_origins: [],
    root_keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }],
    operator: { legal_name: 'Test Association', contact: 'help@gateway.test', retention: 'none' },
    ...extra,
  };
}
