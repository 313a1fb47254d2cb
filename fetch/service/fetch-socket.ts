import type { Server, Socket } from 'node:net';
import {
  fetchRequestSchema,
  MAX_FETCH_REQUEST_BYTES,
  type FetchMessage,
} from '#shared/contract/fetch-contract.ts';
import { MessageLines, parseMessage } from '#shared/contract/message-lines.ts';
import { fetchError } from '../problems.ts';
import type { AnswerRequest } from './fetch-service.ts';
import { listenOnUnixSocket } from './unix-listener.ts';

/** The daemon opens one; a second while it restarts. */
const MAX_CONNECTIONS = 4;
/** A few anchors with a key set and some lists each, and a name for every peer. */
const MAX_REQUESTS_AT_ONCE = 32;

/** Opens the socket on which the daemon asks. Group: the daemon's, from the folder's setgid bit. */
export async function openFetchSocket(path: string, answer: AnswerRequest): Promise<Server> {
  return await listenOnUnixSocket({
    path,
    mode: 0o660,
    maxConnections: MAX_CONNECTIONS,
    onConnection: (socket) => serve(socket, answer),
  });
}

function serve(socket: Socket, answer: AnswerRequest): void {
  const lines = new MessageLines(MAX_FETCH_REQUEST_BYTES);
  let pending = 0;
  const send = (message: FetchMessage): void => {
    if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
  };
  const take = async (line: string): Promise<void> => {
    const request = fetchRequestSchema.parse(parseMessage(line));
    if (pending >= MAX_REQUESTS_AT_ONCE) {
      send({ id: request.id, problem: fetchError('fetch_busy').problem });
      return;
    }
    pending += 1;
    send(await answer(request));
    pending -= 1;
  };
  const refuse = (): void => {
    send({ id: null, problem: fetchError('fetch_request_malformed').problem });
    socket.destroySoon();
  };
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const line of lines.push(chunk)) take(line).catch(refuse);
    } catch {
      // A line that is too long or not UTF-8: nobody can tell where the next one begins.
      refuse();
    }
  });
  socket.on('end', () => socket.end());
  socket.on('error', () => socket.destroy());
}
