import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import { startDaemon, type Daemon } from '#daemon/service/daemon.ts';
import type { LogEntry } from '#daemon/service/log.ts';
import type { EndpointClaim } from '#shared/contract/gateway-contract.ts';
import type { Problem } from '#shared/contract/problem.ts';
import type { TunnelStatus } from '#shared/tunnel/tunnel-status.ts';
import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import { toConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import {
  issueCertificate,
  issueKeySet,
  issueStatusList,
  makeConfiguration,
  makeEndpoint,
  makeGateway,
  makeKey,
  NOW,
  proveDevice,
} from '#test/shared/registration/issue.ts';
import { FakePorts } from './fake-ports.ts';

const ownUid = process.getuid?.() ?? 0;
/** The person in these tests: whoever runs them, but never the administrator. */
export const personUid = ownUid === 0 ? 4242 : ownUid;

/** What a raw client received: one object a line. */
export interface Message {
  readonly hello?: { readonly instance: string; readonly access: string; readonly version: number };
  readonly status?: TunnelStatus;
  readonly id?: number | null;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly problem?: Problem;
}

/** A client that says exactly what a test wants it to say. */
export class RawClient {
  readonly messages: Message[] = [];
  readonly socket: Socket;
  #text = '';
  #nextId = 1;
  isClosed = false;

  constructor(path: string) {
    this.socket = connect(path);
    this.socket.setEncoding('utf8').on('data', (part: string) => this.#receive(part));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.isClosed = true));
  }

  #receive(part: string): void {
    const lines = (this.#text + part).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) this.messages.push(JSON.parse(line) as Message);
  }

  send(...lines: readonly (string | Uint8Array | object)[]): this {
    for (const line of lines) {
      const isText = typeof line === 'string' || line instanceof Uint8Array;
      this.socket.write(isText ? line : `${JSON.stringify(line)}\n`);
    }
    return this;
  }

  hello(): this {
    return this.send({ hello: { version: 1, program: 'test' } });
  }

  async request(method: string, parameters: object = {}): Promise<Message> {
    const id = this.#nextId;
    this.#nextId += 1;
    this.send({ id, method, parameters });
    return await this.next((message) => message.id === id);
  }

  /** The first message of that kind, received already or to come. */
  async next(isWanted: (message: Message) => boolean): Promise<Message> {
    return await eventually('a message', () => this.messages.find(isWanted));
  }

  async closed(): Promise<void> {
    await eventually('the end of the connection', () => this.isClosed || undefined);
  }

  /** The newest status, once it is so. */
  async status(isWanted: (status: TunnelStatus) => boolean): Promise<TunnelStatus> {
    return await eventually('a status', () => {
      const newest = this.messages.findLast((message) => message.status !== undefined)?.status;
      return newest !== undefined && isWanted(newest) ? newest : undefined;
    });
  }
}

export async function eventually<Value>(what: string, look: () => Value | undefined): Promise<Value> {
  for (let waited = 0; waited < 500; waited += 1) {
    const value = look();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain for ${what}`);
}

/** The real service on real sockets, with everything around it played. */
export class ServiceScene {
  readonly directory = mkdtempSync(join(tmpdir(), 'sanad-service-'));
  readonly fake = new FakePorts();
  readonly log: LogEntry[] = [];
  readonly gateway = makeGateway();
  readonly device = makeKey();
  readonly endpoints: EndpointClaim[] = [makeEndpoint('203.0.113.2')];
  readonly #clients: RawClient[] = [];
  configuration: TunnelConfiguration = makeConfiguration(this.endpoints);
  #daemon: Daemon | null = null;

  constructor() {
    for (const part of ['admin', 'user', 'anchor.d', 'policy.d']) mkdirSync(join(this.directory, part));
    mkdirSync(this.userDirectory);
    chownSync(this.userDirectory, personUid, -1);
    writeFileSync(join(this.directory, 'anchor.d/test.json'), JSON.stringify(this.gateway.anchor));
    chmodSync(join(this.directory, 'anchor.d/test.json'), 0o644);
  }

  get userDirectory(): string {
    return join(this.directory, 'user', String(personUid));
  }
  get userSocket(): string {
    return join(this.userDirectory, 'sanadd.sock');
  }
  get adminSocket(): string {
    return join(this.directory, 'admin/sanadd.sock');
  }

  /** As after `sanad join` and a certificate's delivery. */
  trustGateway(): void {
    const { files } = this.fake;
    files.set(`key-set ${this.gateway.origin}`, issueKeySet(this.gateway));
    files.set(`status-list ${this.gateway.statusListUri}`, issueStatusList(this.gateway));
  }

  async start(): Promise<void> {
    const { directory } = this;
    this.#daemon = await startDaemon({
      ports: this.fake.ports,
      primitives: nodePrimitives,
      log: (entry) => void this.log.push(entry),
      paths: {
        adminSocket: this.adminSocket,
        userDirectory: join(directory, 'user'),
        userSocketName: 'sanadd.sock',
        anchorDirectory: join(directory, 'anchor.d'),
        policyDirectory: join(directory, 'policy.d'),
      },
      ownerUid: ownUid,
      tunnelInterface: 'sanad0',
      mark: 0x5a4e,
      fetchUid: 981,
      timeUid: null,
      program: 'sanadd test',
      builtAt: NOW - 86_400,
    });
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.socket.destroy();
    await this.#daemon?.shutDown();
    this.#daemon = null;
  }

  async remove(): Promise<void> {
    await this.stop();
    if (existsSync(this.directory)) rmSync(this.directory, { recursive: true });
  }

  raw(path = this.userSocket): RawClient {
    const client = new RawClient(path);
    this.#clients.push(client);
    return client;
  }

  /** A client that has been greeted and has the snapshot. */
  async greeted(path?: string): Promise<RawClient> {
    const client = this.raw(path).hello();
    await client.next((message) => message.status !== undefined);
    return client;
  }

  /** What a well-behaved app sends: challenge, proof, connect. */
  async connect(
    client: RawClient,
    changes: Readonly<Record<string, unknown>> = {},
    certificate = this.certificate(),
  ): Promise<Message> {
    const { nonce, instance } = (await client.request('challenge')).result as {
      readonly nonce: string;
      readonly instance: string;
    };
    const { device, configuration } = this;
    const deviceProof = proveDevice({ device, certificate, configuration, nonce, instance });
    return await client.request('connect', {
      tunnel: 'office',
      configuration: toConfigurationMessage(configuration),
      certificate,
      deviceProof,
      ...changes,
    });
  }

  /** Another certificate for the running tunnel. */
  async replace(client: RawClient, certificate: string): Promise<Message> {
    const { nonce, instance } = (await client.request('challenge')).result as {
      readonly nonce: string;
      readonly instance: string;
    };
    const { device, configuration } = this;
    const deviceProof = proveDevice({ device, certificate, configuration, nonce, instance });
    return await client.request('replaceRegistration', { certificate, deviceProof });
  }

  certificate(): string {
    return issueCertificate(this.gateway, this.device, this.endpoints);
  }
}
