import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageLines, parseMessage } from '#shared/contract/message-lines.ts';
import type { Problem } from '#shared/contract/problem.ts';
import type { TunnelStateView, TunnelStatus } from '#shared/tunnel/tunnel-status.ts';

export interface Asked {
  readonly id: number;
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What a test says in the daemon's place. */
export interface Conversation {
  readonly socket: Socket;
  send(message: unknown): void;
  sendStatus(state: TunnelStateView): void;
}

export type Script = (asked: Asked, conversation: Conversation) => unknown;

export interface ScriptedDaemon {
  /** /run/sanad of the test. */
  readonly directory: string;
  readonly path: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

export const statusOf = (state: TunnelStateView): TunnelStatus => ({
  state,
  target: state.kind === 'disconnected' ? 'unprotected' : 'protected',
  firewall: state.kind === 'disconnected' ? 'open' : 'closed',
  warnings: [],
});

export const problem = (code: string, kind: Problem['kind'] = 'registration'): Problem => ({
  kind,
  code,
  reason: `The reason of ${code}.`,
  nextAction: `The next action of ${code}.`,
});

/** A refusal thrown by a script. */
export class Refused extends Error {
  readonly problem: Problem;

  constructor(found: Problem) {
    super(found.code);
    this.problem = found;
  }
}

interface Options {
  readonly greeting?: (conversation: Conversation) => void;
  readonly script?: Script;
}

/** A socket that speaks as a test wants, where the real daemon would not: late, wrongly, or not at all. */
export async function startScriptedDaemon(options: Options = {}): Promise<ScriptedDaemon> {
  const directory = mkdtempSync(join(tmpdir(), 'sanad-daemon-'));
  const path = join(directory, 'user', '1000', 'sanadd.sock');
  mkdirSync(join(directory, 'user', '1000'), { recursive: true });
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    converse(socket, options, asked);
  });
  await new Promise<void>((resolve) => server.listen(path, () => resolve()));
  return {
    directory,
    path,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function converse(socket: Socket, { greeting = greet, script = () => ({}) }: Options, asked: Asked[]): void {
  const send = (message: unknown): void => void socket.write(`${JSON.stringify(message)}\n`);
  const conversation: Conversation = {
    socket,
    send,
    sendStatus: (state) => send({ status: statusOf(state) }),
  };
  const lines = new MessageLines(1024 * 1024);
  socket.on('data', (chunk: Buffer) => {
    for (const line of lines.push(chunk)) {
      const message = parseMessage(line) as Asked | { readonly hello: unknown };
      if ('hello' in message) greeting(conversation);
      else {
        asked.push(message);
        void answer(message, conversation, script);
      }
    }
  });
}

function greet({ send, sendStatus }: Conversation): void {
  send({ hello: { version: 1, program: 'scripted', instance: 'instance-1', access: 'use' } });
  sendStatus({ kind: 'disconnected' });
}

async function answer(asked: Asked, conversation: Conversation, script: Script): Promise<void> {
  try {
    const result = await script(asked, conversation);
    // undefined: the script says nothing, or has said it itself.
    if (result !== undefined) conversation.send({ id: asked.id, result });
  } catch (cause) {
    if (!(cause instanceof Refused)) throw cause;
    conversation.send({ id: asked.id, problem: cause.problem });
  }
}
