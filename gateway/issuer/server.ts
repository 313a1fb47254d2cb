import { createServer, type Server, type Socket } from 'node:net';
import { MessageLines, messageError } from '#shared/contract/message-lines.ts';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import { parseStrictJson } from '#shared/registration/strict-json.ts';
import type { Log } from '../log/log.ts';
import type { Issuer } from './issuer.ts';
import { issuerError } from './problem.ts';
import { asStorageProblem } from '../storage/problem.ts';
import { issuerRequestSchema, MAX_REQUEST_BYTES, type IssuerRequest } from './protocol.ts';

const IDLE_MILLISECONDS = 30_000;
const MAX_CONNECTIONS = 64;

/** The issuer on its socket. `log` hears of what the answer does not tell: unexpected failures. */
export function createIssuerServer(issuer: Issuer, log: Log): Server {
  const server = createServer((socket) => {
    serve(socket, issuer, log);
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function serve(socket: Socket, issuer: Issuer, log: Log): void {
  const lines = new MessageLines(MAX_REQUEST_BYTES);
  socket.setTimeout(IDLE_MILLISECONDS, () => socket.destroy());
  // The other end went away; there is nobody left to tell.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    try {
      for (const line of lines.push(chunk)) void answerLine(socket, line, issuer, log);
    } catch (error) {
      socket.end(reply({ id: null, problem: problemOf(error, log) }));
    }
  });
}

async function answerLine(socket: Socket, line: string, issuer: Issuer, log: Log): Promise<void> {
  let id: number | null = null;
  try {
    const request = readRequest(line);
    ({ id } = request);
    const answer = await perform(issuer, request);
    socket.write(reply({ id, answer }));
  } catch (error) {
    socket.write(reply({ id, problem: problemOf(error, log) }));
  }
}

function readRequest(line: string): IssuerRequest {
  const parsed = issuerRequestSchema.safeParse(parseLine(line));
  if (!parsed.success) throw issuerError('request_malformed_by_gateway');
  return parsed.data;
}

function parseLine(line: string): unknown {
  try {
    return parseStrictJson(line);
  } catch (error) {
    throw messageError('message_malformed', error);
  }
}

function perform(issuer: Issuer, request: IssuerRequest): Promise<object> {
  switch (request.method) {
    case 'attest':
      return issuer.attest(request.parameters);
    case 'issueCertificate':
      return issuer.issueCertificate(request.parameters);
    case 'revoke':
      return issuer.revoke(request.parameters);
    case 'suspend':
      return issuer.suspend(request.parameters);
    case 'withdraw':
      return issuer.withdraw(request.parameters);
    case 'statusList':
      return issuer.statusList();
    case 'checkpoint':
      return issuer.checkpoint(request.parameters);
    case 'backup':
      return issuer.backup();
    default:
      // A method of the protocol that nobody handles does not compile.
      return request satisfies never;
  }
}

function problemOf(thrown: unknown, log: Log): Problem {
  const error = asStorageProblem(thrown);
  if (error instanceof SanadError) return error.problem;
  log({ event: 'failure', at: 'issuer_request', error });
  return issuerError('issuer_failed').problem;
}

function reply(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
