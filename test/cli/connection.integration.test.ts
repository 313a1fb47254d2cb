import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TunnelStateView } from '#shared/tunnel/tunnel-status.ts';
import { exampleConf } from '../client/tunnel/example-conf.ts';
import {
  problem,
  Refused,
  startScriptedDaemon,
  type Script,
  type ScriptedDaemon,
} from '../client/scripted-daemon.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';

let cli: CommandLine;
let daemon: ScriptedDaemon | undefined;

async function withScript(script: Script): Promise<void> {
  daemon = await startScriptedDaemon({ script });
  cli.surroundings = {
    ...cli.surroundings,
    client: { ...cli.surroundings.client, daemonSocket: daemon.path },
  };
}

const connecting = { kind: 'connecting', tunnel: 'office', stage: 'waiting_for_handshake' } as const;
const connected: TunnelStateView = {
  kind: 'connected',
  tunnel: 'office',
  since: 1_800_000_000,
  peers: [
    {
      publicKey: 'key',
      endpoint: '198.51.100.7:51820',
      latestHandshakeAt: 1_799_999_990,
      receivedBytes: 2048,
      sentBytes: 100,
    },
  ],
  registration: null,
};

beforeEach(async () => {
  cli = makeCommandLine();
  const file = join(cli.home, 'office.conf');
  writeFileSync(file, exampleConf);
  await cli.sanad('import', file);
});
afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
  cli.close();
});

describe('without a daemon', () => {
  it.each([['status'], ['watch'], ['refresh'], ['disconnect'], ['connect', 'office']])(
    'sanad %s ends with 3 and says what to do',
    async (...words) => {
      const { code, stderr } = await cli.sanad(...words);
      expect(code).toBe(3);
      expect(stderr).toMatch(
        /^(Not connected: )?The Sanad service does not answer\.\nNext: Start the service/,
      );
    },
  );
});

describe('sanad connect', () => {
  it('that is refused ends with 4, the reason and the one next action', async () => {
    await withScript(() => {
      throw new Refused(problem('registration_revoked'));
    });
    const { code, stderr } = await cli.sanad('connect', 'office');
    expect(code).toBe(4);
    expect(stderr).toBe(
      'Not connected: The reason of registration_revoked.\nNext: The next action of registration_revoked.\n',
    );
    expect((await cli.sanad('connect', 'office', '--json')).answer).toEqual({
      ok: false,
      problem: problem('registration_revoked'),
    });
  });

  it('waits until connected and shows through what', async () => {
    await withScript(({ id }, { send, sendStatus }) => {
      send({ id, result: { attempt: 1 } });
      sendStatus(connecting);
      sendStatus(connected);
    });
    const { code, stdout } = await cli.sanad('connect', 'office');
    expect(code).toBe(0);
    expect(stdout).toContain('Connected: office');
    expect(stdout).toContain('through 198.51.100.7:51820, handshake 10 s ago, 2.0 KiB in, 100 B out');
  });

  it('that ends blocked has the cause’s exit code', async () => {
    await withScript(({ id }, { send, sendStatus }) => {
      send({ id, result: { attempt: 1 } });
      sendStatus(connecting);
      sendStatus({ kind: 'blocked', tunnel: 'office', cause: problem('handshake_timed_out', 'daemon') });
    });
    const { code, answer } = await cli.sanad('connect', 'office', '--json');
    expect([code, answer.problem?.code]).toEqual([3, 'handshake_timed_out']);
  });

  it('that takes long says where it is, beside the answer', async () => {
    await withScript(({ id }, { send, sendStatus }) => {
      send({ id, result: { attempt: 1 } });
      sendStatus(connecting);
      setTimeout(() => sendStatus(connected), 1200);
    });
    const { stdout, stderr } = await cli.sanad('connect', 'office', '--json');
    expect(stderr).toBe('Connecting office: waiting for the VPN server …\n');
    expect(stdout.trim().split('\n')).toHaveLength(1);
  });

  it('interrupted takes back what it asked for', async () => {
    await withScript(({ id, method }, { send, sendStatus }) => {
      if (method === 'disconnect') return {};
      send({ id, result: { attempt: 1 } });
      sendStatus(connecting);
      return undefined;
    });
    const outcome = cli.sanad('connect', 'office', '--json');
    await vi.waitFor(() => expect(daemon?.asked.map(({ method }) => method)).toContain('connect'));
    cli.interrupt();
    const { code, answer } = await outcome;
    expect([code, answer.problem?.code]).toEqual([130, 'interrupted']);
    expect(daemon?.asked.at(-1)?.method).toBe('disconnect');
  });

  it('of a tunnel that is not there ends with 2', async () => {
    await withScript(() => ({}));
    const { code, answer } = await cli.sanad('connect', 'elsewhere', '--json');
    expect([code, answer.problem?.code]).toEqual([2, 'tunnel_unknown']);
  });

  it('with keys gone from the keychain ends with 6', async () => {
    await withScript(() => ({}));
    cli.secrets.clear();
    expect((await cli.sanad('connect', 'office')).code).toBe(6);
  });
});

describe('sanad status', () => {
  it('shows the connection and whether each tunnel is registered', async () => {
    await withScript(() => ({ refusal: problem('unregistered'), statusListIssuedAt: null }));
    const { code, stdout } = await cli.sanad('status');
    expect(code).toBe(0);
    expect(stdout).toBe(
      'Not connected. Traffic goes out without protection.\n' +
        'office: The reason of unregistered.\n' +
        '  Next: The next action of unregistered.\n',
    );
    expect((await cli.sanad('status', '--json')).answer).toMatchObject({
      ok: true,
      status: { state: { kind: 'disconnected' }, target: 'unprotected', firewall: 'open' },
      tunnels: [{ name: 'office', registration: null, refusal: { code: 'unregistered' } }],
    });
  });
});

describe('sanad refresh', () => {
  const fetched = (found: ReturnType<typeof problem> | null) => ({
    fetched: [{ uri: 'https://gateway.test/v1/key-set', problem: found, issuedAt: 1_799_999_700 }],
  });

  it('says how new the gateway’s word is', async () => {
    await withScript(() => fetched(null));
    const { code, stdout } = await cli.sanad('refresh');
    expect([code, stdout]).toEqual([0, 'https://gateway.test/v1/key-set: as of 5 min ago\n']);
  });

  it('fails with what failed, and still shows the rest', async () => {
    await withScript(() => fetched(problem('gateway_unreachable', 'gateway')));
    const { code, answer } = await cli.sanad('refresh', '--json');
    expect(code).toBe(5);
    expect(answer).toMatchObject({ ok: false, problem: { code: 'gateway_unreachable' } });
    expect(answer['fetched']).toHaveLength(1);
  });
});

describe('sanad watch', () => {
  it('says every change, one line each, until Ctrl-C', async () => {
    daemon = await startScriptedDaemon({
      greeting: ({ send, sendStatus }) => {
        send({ hello: { version: 1, program: 'x', instance: 'x', access: 'use' } });
        sendStatus({ kind: 'disconnected' });
        setTimeout(() => sendStatus(connecting), 20);
        setTimeout(() => cli.interrupt(), 60);
      },
    });
    cli.surroundings = {
      ...cli.surroundings,
      client: { ...cli.surroundings.client, daemonSocket: daemon.path },
    };
    const { code, stdout } = await cli.sanad('watch', '--json');
    const lines = stdout.trim().split('\n');
    const seen = lines.map(
      (line) => (JSON.parse(line) as { status: { state: { kind: string } } }).status.state.kind,
    );
    expect([code, seen]).toEqual([0, ['disconnected', 'connecting']]);
  });
});
