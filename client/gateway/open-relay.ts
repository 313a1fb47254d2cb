import { connect, type Socket } from 'node:net';
import { MAX_RELAY_LINE_BYTES } from '#shared/contract/fetch-contract.ts';
import type { Origin } from '#shared/contract/anchor-file.ts';
import { problemSchema } from '#shared/contract/problem-schema.ts';
import { SanadError } from '#shared/contract/problem.ts';
import * as z from 'zod';
import { gatewayError } from './gateway-problem.ts';

const NEWLINE = 0x0a;
/** OK, or a problem: two sentences and a code. */
const MAX_ANSWER_BYTES = 8 * 1024;

const refusalSchema = z.object({ problem: problemSchema });

interface OpenRelayOptions {
  readonly path: string;
  readonly origin: Origin;
  readonly signal: AbortSignal;
}

/** A connection to the gateway through sanad-fetch: bytes both ways, seen by nobody who speaks TLS over it. */
export async function openRelay({ path, origin, signal }: OpenRelayOptions): Promise<Socket> {
  const socket = connect({ path, signal });
  try {
    const answer = firstLine(socket);
    const line = `CONNECT ${withPort(origin)}\n`;
    if (line.length > MAX_RELAY_LINE_BYTES) throw gatewayError('gateway_answer_unexpected');
    socket.write(line);
    const said = await answer;
    if (said !== 'OK') throw refusalOf(said);
    return socket;
  } catch (cause) {
    socket.destroy();
    throw cause;
  }
}

function withPort({ scheme, host, port }: Origin): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Reads up to the newline and not a byte further into what is the gateway's. */
async function firstLine(socket: Socket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let seen = Buffer.alloc(0);
  const onReadable = (): void => {
    const chunk: unknown = socket.read();
    if (!Buffer.isBuffer(chunk)) return;
    seen = Buffer.concat([seen, chunk]);
    const end = seen.indexOf(NEWLINE);
    if (end === -1 && seen.length <= MAX_ANSWER_BYTES) return;
    socket.off('readable', onReadable);
    if (end === -1) return reject(gatewayError('gateway_answer_malformed'));
    if (seen.length > end + 1) socket.unshift(seen.subarray(end + 1));
    resolve(seen.toString('utf8', 0, end));
  };
  const onError = (cause: Error): void => reject(gatewayError('relay_unreachable', { cause }));
  const onEnd = (): void => reject(gatewayError('relay_unreachable', { detail: 'it hung up' }));
  socket.on('readable', onReadable).once('error', onError).once('end', onEnd);
  try {
    return await promise;
  } finally {
    socket.off('readable', onReadable).off('error', onError).off('end', onEnd);
  }
}

function refusalOf(line: string): SanadError {
  try {
    return new SanadError(refusalSchema.parse(JSON.parse(line)).problem);
  } catch (cause) {
    return gatewayError('gateway_answer_malformed', { cause });
  }
}
