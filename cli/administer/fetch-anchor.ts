import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { TLSSocket } from 'node:tls';
import { gatewayError } from '#client/gateway/gateway-problem.ts';
import { MAX_ANCHOR_BYTES, type Origin } from '#shared/contract/anchor-file.ts';
import { gatewayRoutes } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';

const TOTAL_MILLISECONDS = 15_000;

export interface FetchedAnchor {
  readonly text: string;
  /** Whether an authority of the system vouches for whoever answered. */
  readonly isTlsTrusted: boolean;
}

/**
 * Gets a gateway's anchor from itself. TLS may be signed by anybody here, because the anchor is not believed for
 * having come this way: its root keys must have the fingerprint that the administrator got elsewhere.
 */
export async function fetchAnchor(origin: Origin): Promise<FetchedAnchor> {
  const signal = AbortSignal.timeout(TOTAL_MILLISECONDS);
  try {
    const answer = await get(origin, signal);
    if (answer.statusCode !== 200) {
      answer.destroy();
      throw gatewayError('gateway_answer_status', { detail: `HTTP status ${answer.statusCode ?? 0}` });
    }
    const { socket } = answer;
    const isTlsTrusted = socket instanceof TLSSocket && socket.authorized;
    return { text: await readText(answer), isTlsTrusted };
  } catch (cause) {
    if (cause instanceof SanadError) throw cause;
    throw gatewayError(signal.aborted ? 'gateway_timeout' : 'gateway_unreachable', { cause });
  }
}

function get(origin: Origin, signal: AbortSignal): Promise<IncomingMessage> {
  const request = origin.scheme === 'https' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const url = new URL(gatewayRoutes.anchor.path, origin.text);
    const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
    request(url, { agent: false, rejectUnauthorized: false, signal, headers })
      .once('response', resolve)
      .once('error', reject)
      .end();
  });
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANCHOR_BYTES) throw gatewayError('gateway_answer_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
