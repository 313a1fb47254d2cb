import { createInterface } from 'node:readline';
import type { DaemonConnection } from '#client/daemon/daemon-connection.ts';
import type { DaemonParameters } from '#shared/contract/daemon-contract.ts';

/** What the daemon has said, epoch seconds at which it was heard; null: not. */
export interface Said {
  readonly state: string;
  readonly closedAt: number | null;
  readonly askedAt: number;
  readonly problem: string | null;
}

interface SessionOptions {
  readonly open: () => Promise<DaemonConnection>;
  readonly request: (connection: DaemonConnection) => Promise<DaemonParameters<'connect'>>;
}

/** A person's program that stays: a line asks (`connect`, `disconnect`, `status`), a line of JSON answers. */
export async function serveSession(options: SessionOptions): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(line, options)));
  }
}

const seconds = (): number => Date.now() / 1000;

async function answer(line: string, { open, request }: SessionOptions): Promise<Said> {
  const askedAt = seconds();
  let connection: DaemonConnection | undefined;
  let closedAt: number | null = null;
  try {
    connection = await open();
    const over = new AbortController();
    const changes = connection.changes(over.signal);
    if (line === 'disconnect') await connection.request('disconnect', {});
    if (line === 'connect') {
      await connection.request('connect', await request(connection));
      for await (const { state, firewall } of changes) {
        if (firewall === 'closed') closedAt ??= seconds();
        if (state.kind === 'connected' || state.kind === 'blocked') break;
      }
    }
    over.abort();
    const { state, firewall } = connection.status;
    if (firewall === 'closed') closedAt ??= seconds();
    return { state: state.kind, closedAt, askedAt, problem: null };
  } catch (cause) {
    return {
      state: 'unknown',
      closedAt,
      askedAt,
      problem: cause instanceof Error ? cause.message : 'unknown',
    };
  } finally {
    connection?.close();
  }
}
