import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import type { ProblemDocument, Submission } from '#shared/contract/gateway-contract.ts';
import { prepareSignature } from '#shared/contract/request-signature.ts';
import { FREELANCER_FIELDS } from './application-fields.ts';

/** A real gateway: made by init, served by its own process with its own issuer process, on loopback. */
export interface RunningGateway {
  readonly directory: string;
  readonly origin: string;
  readonly port: number;
  readonly log: () => string;
  stop(signal: NodeJS.Signals): Promise<number | null>;
  /**
   * `within`: a command that runs the gateway's, such as unshare. `options`: more of `serve`'s. `database`: another
   * PostgreSQL database than at first.
   */
  start(within?: readonly string[], options?: readonly string[], database?: string): Promise<void>;
  readonly pid: () => number;
  readonly hasEnded: () => boolean;
  review(...words: readonly string[]): Promise<Outcome>;
  remove(): void;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const program = join(import.meta.dirname, '../../gateway/index.ts');

export function run(...words: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1,
        stdout,
        stderr,
      });
    });
  });
}

/** Files of a certificate for 127.0.0.1 that is its own authority. */
export interface TestTls {
  readonly certificate: string;
  readonly key: string;
}

/** `databaseUrl`: a PostgreSQL database instead of the gateway's own SQLite file. */
export async function startGateway(tls?: TestTls, databaseUrl?: string): Promise<RunningGateway> {
  const home = mkdtempSync(join(tmpdir(), 'sanad-gateway-'));
  const directory = join(home, 'g');
  const port = await freePort();
  const origin = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const authority = tls === undefined ? [] : ['--tls-ca', tls.certificate];
  const made = await run(
    ...['init', '--dir', directory, '--origin', origin, '--name', 'test', '--legal-name', 'Test Association'],
    ...[
      '--contact',
      'help@gateway.test',
      '--retention',
      'a year',
      '--reviewer',
      'reviewer',
      'second',
      ...authority,
    ],
  );
  if (made.code !== 0) throw new Error(made.stderr);
  let child: ChildProcess | undefined;
  let log = '';
  const start = async (
    within: readonly string[] = [],
    options: readonly string[] = [],
    database = databaseUrl,
  ): Promise<void> => {
    const words = ['serve', '--dir', directory, '--listen', `127.0.0.1:${port}`, ...options];
    if (tls !== undefined) words.push('--tls-certificate', tls.certificate, '--tls-key', tls.key);
    const [command = process.execPath, ...rest] = [...within, process.execPath, program, ...words];
    const started = spawn(command, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DATABASE_URL: database },
    });
    child = started;
    started.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const ready = await Promise.race([once(started.stdout, 'data'), once(started, 'exit')]);
    if (!String(ready[0]).startsWith('listening')) throw new Error(`the gateway did not start: ${log}`);
  };
  await start();
  return {
    ...{ directory, origin, port, start },
    log: () => log,
    pid: () => child?.pid ?? 0,
    hasEnded: () => child === undefined || child.exitCode !== null || child.signalCode !== null,
    stop: async (signal) => {
      if (child === undefined) return null;
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
    review: (...words) =>
      run(
        ...['case', ...words, '--json', '--origin', origin],
        ...['--key', join(directory, 'reviewer/reviewer.key.json'), ...authority],
      ),
    remove: () => {
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/**
 * A second front end: another process on the same database, with the first one's directory and issuer. Answered like the
 * first one, which is why requests to it are signed for that one's origin.
 */
export async function startFrontEnd(
  gateway: RunningGateway,
  databaseUrl: string,
): Promise<
  Pick<RunningGateway, 'origin' | 'port' | 'log'> & { kill(signal: NodeJS.Signals): Promise<void> }
> {
  const port = await freePort();
  const issuer = ['--issuer-socket', join(gateway.directory, 'issuer/issuer.sock')];
  const words = ['serve', '--dir', gateway.directory, '--listen', `127.0.0.1:${port}`, ...issuer];
  const child = spawn(process.execPath, [program, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ready = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (!String(ready[0]).startsWith('listening')) throw new Error(`the front end did not start: ${log}`);
  return {
    ...{ origin: gateway.origin, port },
    log: () => log,
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A key pair and the names requests know it by. */
export interface Signer {
  readonly keyId: string;
  readonly jwk: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string };
  readonly privateKey: KeyObject;
}

export async function makeSigner(): Promise<Signer> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: String(publicKey.export({ format: 'jwk' }).x) } as const;
  return { keyId: await calculateJwkThumbprint(jwk), jwk, privateKey };
}

/** A request, and everything that an attacker might want to say differently. */
export interface TestRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** JSON; a text or bytes as they are. */
  readonly body?: unknown;
  /** application/json where it is not said. */
  readonly type?: string;
  /** Absent: not signed. */
  readonly signer?: Signer;
  readonly created?: number;
  readonly nonce?: string;
  readonly idempotencyKey?: string;
  /** The origin that is signed for. */
  readonly signedOrigin?: string;
  readonly keyId?: string;
  /** Sent instead of what was signed. */
  readonly sentPath?: string;
  readonly sentBody?: string | Buffer;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export interface TestAnswer {
  readonly status: number;
  readonly text: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly headers: IncomingHttpHeaders;
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a test says what it expects to get
  readonly json: <T = Readonly<Record<string, unknown>>>() => T;
  readonly problem: () => ProblemDocument;
}

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

export function send(
  gateway: Pick<RunningGateway, 'origin' | 'port'>,
  request: TestRequest,
): Promise<TestAnswer> {
  const body = request.body === undefined ? undefined : bytesOf(request.body);
  const signed = signedFields(gateway, request, body);
  const contentType = body === undefined ? {} : { 'content-type': request.type ?? 'application/json' };
  const merged = { ...contentType, ...signed, ...request.headers };
  const headers = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  const { method } = request;
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: '127.0.0.1', port: gateway.port, method, path: request.sentPath ?? request.path, headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString('utf8');
          resolve({
            ...{ text, bytes, headers: response.headers },
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            json: () => JSON.parse(text),
            problem: () => JSON.parse(text),
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(request.sentBody ?? body);
  });
}

export function signedFields(
  gateway: Pick<RunningGateway, 'origin'>,
  request: TestRequest,
  body: Buffer | undefined,
): Readonly<Record<string, string>> {
  const { signer } = request;
  if (signer === undefined) return {};
  const prepared = prepareSignature({
    method: request.method,
    targetUri: `${request.signedOrigin ?? gateway.origin}${request.path}`,
    created: request.created ?? nowSeconds(),
    keyId: request.keyId ?? signer.keyId,
    nonce: request.nonce ?? randomBytes(16).toString('base64url'),
    ...(body === undefined
      ? {}
      : {
          content: {
            sha256Base64: createHash('sha256').update(body).digest('base64'),
            idempotencyKey: request.idempotencyKey ?? randomUUID(),
            contentType: request.type ?? 'application/json',
          },
        }),
  });
  return prepared.fields(sign(null, Buffer.from(prepared.base), signer.privateKey).toString('base64'));
}

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A submission that the profile accepts. */
export function submissionOf(signer: Signer, changes: Partial<Submission> = {}): Submission {
  return {
    profile: 'pk-pta@1',
    route: 'B',
    category: 'freelancer',
    fields: FREELANCER_FIELDS,
    endpoints: [
      { public_key: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', host: 'vpn.example', port: 51_820 },
    ],
    device: signer.jwk,
    consent: { text: 'I agree that Test Association keeps these data for a year.', given_at: 1_790_000_000 },
    ...changes,
  };
}
