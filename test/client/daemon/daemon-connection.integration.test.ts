import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connectTunnel } from '#client/daemon/connect-tunnel.ts';
import { DaemonConnection } from '#client/daemon/daemon-connection.ts';
import type { TunnelStateView } from '#shared/tunnel/tunnel-status.ts';
import {
  problem,
  Refused,
  startScriptedDaemon,
  type Conversation,
  type Script,
  type ScriptedDaemon,
} from '../scripted-daemon.ts';

let daemon: ScriptedDaemon | undefined;
let connection: DaemonConnection | undefined;

const open = async (path: string): Promise<DaemonConnection> => {
  connection = await DaemonConnection.open({ path, program: 'test' });
  return connection;
};

async function talk(options: { script?: Script; greeting?: (conversation: Conversation) => void }) {
  daemon = await startScriptedDaemon(options);
  return await open(daemon.path);
}

afterEach(async () => {
  connection?.close();
  await daemon?.close();
  daemon = undefined;
});

describe('opening', () => {
  it('gives the daemon’s hello and its status', async () => {
    const { hello, status } = await talk({});
    expect(hello.instance).toBe('instance-1');
    expect(status.state).toEqual({ kind: 'disconnected' });
  });

  it('without a daemon names it as unreachable', async () => {
    await expect(open('/nonexistent/sanad/user/1000/sanadd.sock')).rejects.toMatchObject({
      problem: { kind: 'daemon', code: 'daemon_unreachable' },
    });
  });

  it('without a folder of one’s own beside others says that one is not enabled', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sanad-user-'));
    mkdirSync(join(directory, '1001'));
    await expect(open(join(directory, '1000', 'sanadd.sock'))).rejects.toMatchObject({
      problem: { kind: 'permission', code: 'user_not_enabled' },
    });
  });

  it('ends when the daemon says nothing', async () => {
    await expect(talk({ greeting: () => undefined })).rejects.toMatchObject({
      problem: { code: 'daemon_timeout' },
    });
  });

  it('ends when the daemon hangs up', async () => {
    await expect(talk({ greeting: ({ socket }) => void socket.end() })).rejects.toMatchObject({
      problem: { code: 'daemon_lost' },
    });
  });

  it('refuses another version, said by the daemon or seen in its hello', async () => {
    const unsupported = { ...problem('version_unsupported', 'daemon') };
    await expect(
      talk({ greeting: ({ send }) => send({ id: null, problem: unsupported }) }),
    ).rejects.toMatchObject({ problem: { code: 'version_unsupported' } });
    await daemon?.close();
    const hello = { version: 2, program: 'x', instance: 'x', access: 'use' };
    await expect(talk({ greeting: ({ send }) => send({ hello }) })).rejects.toMatchObject({
      problem: { code: 'daemon_version_unsupported' },
    });
  });

  it.each([
    ['what is not JSON', 'nonsense\n', 'message_malformed'],
    ['what is not in the contract', '{"surprise":1}\n', 'daemon_answer_malformed'],
    ['a line beyond the limit', 'x'.repeat(1024 * 1024 + 1), 'message_too_long'],
  ])('refuses %s', async (_, line, code) => {
    await expect(talk({ greeting: ({ socket }) => void socket.write(line) })).rejects.toMatchObject({
      problem: { code },
    });
  });
});

describe('a request', () => {
  it('is answered by its row’s result, whatever the order of answers', async () => {
    const held: (() => void)[] = [];
    const conversation = await talk({
      script: (asked, { send }) => {
        const nonce = String(asked.id);
        held.unshift(() => send({ id: asked.id, result: { nonce, instance: 'instance-1' } }));
        if (held.length === 2) for (const say of held) say();
      },
    });
    const [first, second] = await Promise.all([
      conversation.request('challenge', {}),
      conversation.request('challenge', {}),
    ]);
    expect([first.nonce, second.nonce]).toEqual(['1', '2']);
  });

  it('that is refused throws the daemon’s problem as it is', async () => {
    const conversation = await talk({
      script: () => {
        throw new Refused(problem('registration_revoked'));
      },
    });
    await expect(conversation.request('disconnect', {})).rejects.toMatchObject({
      problem: problem('registration_revoked'),
    });
  });

  it('whose answer is not in the contract throws', async () => {
    const conversation = await talk({ script: () => ({ nonce: 1 }) });
    await expect(conversation.request('challenge', {})).rejects.toMatchObject({
      problem: { code: 'daemon_answer_malformed' },
    });
  });

  it('ends when the daemon dies before it answers', async () => {
    const conversation = await talk({ script: (_, { socket }) => void socket.destroy() });
    await expect(conversation.request('disconnect', {})).rejects.toMatchObject({
      problem: { code: 'daemon_lost' },
    });
    await expect(conversation.request('disconnect', {})).rejects.toMatchObject({
      problem: { code: 'daemon_lost' },
    });
  });
});

const connecting: TunnelStateView = { kind: 'connecting', tunnel: 'office', stage: 'closing_firewall' };
const connectedSince = (since: number): TunnelStateView => ({
  kind: 'connected',
  tunnel: 'office',
  since,
  peers: [],
  registration: null,
});
const parameters = {
  tunnel: 'office',
  configuration: {
    privateKey: 'x',
    addresses: [],
    dns: { servers: [], searchDomains: [] },
    peers: [],
  },
};

/** Sends these states around the answer; before it is what stands left of null. */
async function connectThrough(
  before: TunnelStateView,
  states: readonly (TunnelStateView | null)[],
): Promise<{ readonly settled: Promise<unknown>; readonly seen: string[] }> {
  const seen: string[] = [];
  const conversation = await talk({
    greeting: ({ send, sendStatus }) => {
      send({ hello: { version: 1, program: 'x', instance: 'x', access: 'use' } });
      sendStatus(before);
    },
    script: ({ id }, { send, sendStatus }) => {
      for (const state of states) {
        if (state === null) send({ id, result: { attempt: 1 } });
        else sendStatus(state);
      }
    },
  });
  const settled = connectTunnel(conversation, { parameters, onProgress: ({ kind }) => seen.push(kind) });
  settled.catch(() => undefined);
  return { settled, seen };
}

describe('connecting', () => {
  it('waits through the stages until it is connected', async () => {
    const { settled, seen } = await connectThrough({ kind: 'disconnected' }, [
      connecting,
      null,
      connectedSince(5),
    ]);
    expect(await settled).toEqual(connectedSince(5));
    expect(seen).toEqual(['connecting', 'connected']);
  });

  it('throws the cause of being blocked', async () => {
    const blocked: TunnelStateView = {
      kind: 'blocked',
      tunnel: 'office',
      cause: problem('handshake_timed_out', 'daemon'),
    };
    const { settled } = await connectThrough(blocked, [null, connecting, blocked]);
    await expect(settled).rejects.toMatchObject({ problem: { code: 'handshake_timed_out' } });
  });

  it('does not take news of the former tunnel for the new one', async () => {
    const old = connectedSince(3);
    const { settled } = await connectThrough(old, [
      old,
      null,
      old,
      { kind: 'disconnecting', then: 'connecting' },
      connecting,
      connectedSince(9),
    ]);
    expect(await settled).toEqual(connectedSince(9));
  });

  it('ends when somebody disconnects meanwhile', async () => {
    const { settled } = await connectThrough({ kind: 'disconnected' }, [
      null,
      connecting,
      { kind: 'disconnected' },
    ]);
    await expect(settled).rejects.toMatchObject({ problem: { code: 'daemon_lost' } });
  });
});
