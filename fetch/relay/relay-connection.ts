import { connect, type Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseOrigin, type Origin } from '#shared/contract/anchor-file.ts';
import {
  FETCH_TIMEOUT_MILLISECONDS,
  MAX_RELAYED_BYTES,
  MAX_RELAY_LINE_BYTES,
  RELAY_IDLE_MILLISECONDS,
} from '#shared/contract/fetch-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import type { AnchoredOrigins } from '../origin/anchored-origins.ts';
import { pinnedLookup } from '../origin/pinned-lookup.ts';
import { fetchError } from '../problems.ts';
import { readFirstLine } from './first-line.ts';

export interface RelayLimits {
  readonly maxBytesEachWay: number;
  readonly idleMilliseconds: number;
  readonly connectMilliseconds: number;
}

export const relayLimits: RelayLimits = {
  maxBytesEachWay: MAX_RELAYED_BYTES,
  idleMilliseconds: RELAY_IDLE_MILLISECONDS,
  connectMilliseconds: FETCH_TIMEOUT_MILLISECONDS,
};

/** Serves one connection of the relay: a CONNECT line, then bytes both ways until either end is done. */
export async function relay(client: Socket, origins: AnchoredOrigins, limits: RelayLimits): Promise<void> {
  client.on('error', () => client.destroy());
  // Counts from the start: whoever says nothing is hung up on, too.
  client.setTimeout(limits.idleMilliseconds, () => client.destroy());
  let gateway: Socket | undefined;
  try {
    const line = await readFirstLine(client, MAX_RELAY_LINE_BYTES, limits.connectMilliseconds);
    gateway = await connectTo(await originAsked(line, origins), origins, limits);
    client.write('OK\n');
    await carry(client, gateway, limits);
  } catch (cause) {
    gateway?.destroy();
    refuse(client, cause);
  }
}

async function originAsked(line: string, origins: AnchoredOrigins): Promise<Origin> {
  const text = /^CONNECT (\S+)$/.exec(line)?.[1];
  if (text === undefined) throw fetchError('relay_line_malformed');
  const origin = await origins.find(readOrigin(text).text);
  // Status origins serve files to the daemon alone; a person's programs have nothing to ask there.
  if (origin.role !== 'gateway') throw fetchError('origin_not_anchored');
  return origin;
}

function readOrigin(text: string): Origin {
  try {
    return parseOrigin(text);
  } catch (cause) {
    throw fetchError('relay_line_malformed', { cause });
  }
}

async function connectTo(origin: Origin, origins: AnchoredOrigins, limits: RelayLimits): Promise<Socket> {
  const lookup = pinnedLookup(await origins.addressesOf(origin));
  const { host, port } = origin;
  const gateway = connect({ host, port, lookup, allowHalfOpen: true, noDelay: true });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => reject(fetchError('gateway_timeout')), limits.connectMilliseconds);
  gateway.once('connect', () => resolve(undefined));
  gateway.on('error', (cause) => reject(fetchError('gateway_unreachable', { detail: codeOf(cause), cause })));
  try {
    await promise;
    return gateway;
  } catch (cause) {
    gateway.destroy();
    throw cause;
  } finally {
    clearTimeout(timer);
  }
}

async function carry(client: Socket, gateway: Socket, limits: RelayLimits): Promise<void> {
  try {
    await Promise.all([
      pipeline(client, new ByteLimit(limits.maxBytesEachWay), gateway),
      pipeline(gateway, new ByteLimit(limits.maxBytesEachWay), client),
    ]);
  } catch {
    // One way broke, or there was too much: the other way has nobody to talk to any more.
  } finally {
    client.destroy();
    gateway.destroy();
  }
}

class ByteLimit extends Transform {
  #left: number;

  constructor(maxBytes: number) {
    super();
    this.#left = maxBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#left -= chunk.length;
    if (this.#left < 0) done(fetchError('gateway_answer_too_large'));
    else done(null, chunk);
  }
}

function refuse(client: Socket, cause: unknown): void {
  const error = cause instanceof SanadError ? cause : fetchError('fetch_failed', { cause });
  if (!client.writable) return;
  client.end(`${JSON.stringify({ problem: error.problem })}\n`, () => client.destroy());
}

function codeOf(cause: Error): string {
  return 'code' in cause ? String(cause.code) : cause.name;
}
