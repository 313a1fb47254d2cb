import { connect } from 'node:net';
import { MessageLines } from '#shared/contract/message-lines.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { issuerError } from './problem.ts';
import {
  issuerMethods,
  issuerReplySchema,
  MAX_ANSWER_BYTES,
  type IssuerAnswer,
  type IssuerMethod,
  type IssuerParameters,
} from './protocol.ts';

const TIMEOUT_MILLISECONDS = 10_000;
const REQUEST_ID = 1;

/** The issuer as the gateway sees it. */
export interface IssuerPort {
  ask<M extends IssuerMethod>(method: M, parameters: IssuerParameters<M>): Promise<IssuerAnswer<M>>;
}

/** The issuer behind a unix socket; a connection for each question, since there are few. */
export function issuerAt(socketPath: string): IssuerPort {
  return {
    async ask(method, parameters) {
      const line = await exchange(socketPath, `${JSON.stringify({ id: REQUEST_ID, method, parameters })}\n`);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed with this very method's schema
      return issuerMethods[method].answer.parse(readReply(line)) as IssuerAnswer<typeof method>;
    },
  };
}

/** Sends one line and gives the first line that comes back. */
function exchange(socketPath: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = new MessageLines(MAX_ANSWER_BYTES);
    const socket = connect(socketPath);
    const fail = (cause?: unknown): void => {
      socket.destroy();
      reject(issuerError('issuer_unavailable', { cause }));
    };
    socket.setTimeout(TIMEOUT_MILLISECONDS, () => {
      fail(new Error('timeout'));
    });
    socket.on('error', fail);
    socket.on('close', () => {
      fail();
    });
    socket.on('data', (chunk) => {
      try {
        const [line] = lines.push(chunk);
        if (line === undefined) return;
        resolve(line);
        socket.destroy();
      } catch (error) {
        fail(error);
      }
    });
    socket.write(request);
  });
}

function readReply(line: string): unknown {
  const reply = issuerReplySchema.parse(JSON.parse(line));
  if ('problem' in reply) throw new SanadError(reply.problem);
  return reply.answer;
}
