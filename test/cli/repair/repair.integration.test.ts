import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repairCommand } from '#cli/command/repair.ts';
import type { Place, RemnantKind, RepairMachine } from '#cli/repair/remnant.ts';
import type { Surroundings } from '#cli/surroundings.ts';
import { problem, Refused, startScriptedDaemon, type ScriptedDaemon } from '#test/client/scripted-daemon.ts';
import { makeCommandLine, type CommandLine } from '../command-line.ts';

/** Order, failures and the service's part, on a played machine; `repair.lab.test.ts` has the real one. */
let cli: CommandLine;
let daemon: ScriptedDaemon | undefined;
let cleared: string[];
let isServiceAlive: boolean;

beforeEach(() => {
  cli = makeCommandLine();
  cleared = [];
  isServiceAlive = false;
});
afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
  cli.close();
});

function place(kind: RemnantKind, remove = async (): Promise<void> => undefined): Place {
  let isThere = true;
  const removed = async (): Promise<void> => {
    isThere = false;
    await remove();
    cleared.push(kind);
  };
  return { kind, look: async () => (isThere ? [{ kind, name: `the ${kind}`, remove: removed }] : []) };
}

function repair(places: readonly Place[], { dryRun = false } = {}) {
  const machine: RepairMachine = { places, isServiceAlive: async () => isServiceAlive };
  const client = {
    ...cli.surroundings.client,
    daemonSocket: daemon?.path ?? join(cli.home, 'run/none.sock'),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it says nothing on the terminal by itself
  const surroundings = { ...cli.surroundings, uid: 0, client } as Surroundings;
  return repairCommand(surroundings, { dryRun, machine: async () => machine, patienceMilliseconds: 100 });
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (cause: unknown) => (cause as { readonly problem: { readonly code: string } }).problem.code,
  );

describe('without a service', () => {
  it('the wish goes first and the firewall after the tunnel, however the machine lists them', async () => {
    const kinds = ['socket', 'firewall_table', 'routes', 'interface', 'target'] as const;
    await repair(kinds.map((kind) => place(kind)));
    expect(cleared).toEqual(['target', 'interface', 'routes', 'firewall_table', 'socket']);
  });

  it('what fails keeps the rest from nothing, and is said', async () => {
    const failing = async (): Promise<never> => await Promise.reject(new Error('busy'));
    const unseen: Place = { kind: 'routes', look: failing };
    const answer = await repair([place('interface', failing), unseen, place('firewall_table')]);
    expect(cleared).toEqual(['firewall_table']);
    expect(answer.problem?.code).toBe('repair_incomplete');
    expect(answer.json['remnants']).toMatchObject([
      { kind: 'interface', outcome: 'failed', detail: 'busy' },
      { kind: 'routes', outcome: 'failed', detail: 'busy' },
      { kind: 'firewall_table', outcome: 'removed' },
    ]);
  });

  it('--dry-run only says', async () => {
    const answer = await repair([place('firewall_table')], { dryRun: true });
    expect([cleared, answer.json['remnants']]).toMatchObject([[], [{ outcome: 'would_remove' }]]);
  });

  it('one that lives without answering is in the way', async () => {
    isServiceAlive = true;
    expect(await codeOf(repair([place('firewall_table')]))).toBe('service_in_the_way');
    expect(cleared).toEqual([]);
  });

  it('one that starts while its things are taken away is said: what was cleared may be back', async () => {
    const start = async (): Promise<void> => void (isServiceAlive = true);
    const answer = await repair([place('target'), place('firewall_table', start)]);
    expect([answer.problem?.code, cleared]).toEqual(['service_came_back', ['target', 'firewall_table']]);
    expect(answer.problem?.nextAction).toContain('systemctl stop sanadd');
    expect(JSON.stringify(answer.lines)).not.toContain('The network is open');
  });

  it('a wish that is back after clearing is said, too', async () => {
    const stubborn: Place = {
      kind: 'target',
      look: async () => [{ kind: 'target', name: 'target.json', remove: async () => undefined }],
    };
    const answer = await repair([stubborn]);
    expect(answer.problem?.code).toBe('service_came_back');
    expect(answer.problem?.reason).toContain('target.json');
  });
});

describe('a service that runs', () => {
  it('is asked to disconnect, and keeps what it needs', async () => {
    daemon = await startScriptedDaemon();
    const answer = await repair([place('interface'), place('socket'), place('state_directory')]);
    expect(daemon.asked.map(({ method }) => method)).toEqual(['disconnect']);
    expect([answer.json['service'], cleared]).toEqual(['disconnected', ['state_directory']]);
    expect(answer.problem).toBeUndefined();
  });

  it('and is asked for a tunnel meanwhile is in the way, though it answered', async () => {
    daemon = await startScriptedDaemon({
      script: (_, { sendStatus }) => {
        sendStatus({ kind: 'connecting', tunnel: null, stage: 'closing_firewall' });
        return {};
      },
    });
    expect(await codeOf(repair([place('target'), place('firewall_table')]))).toBe('service_in_the_way');
    expect(cleared).toEqual([]);
  });

  it.each(['target', 'routing_rule', 'routes', 'name_servers', 'firewall_table'] as const)(
    'and still has its %s, disconnected, is to be stopped first',
    async (kind) => {
      daemon = await startScriptedDaemon();
      expect(await codeOf(repair([place('state_directory'), place(kind)]))).toBe('service_in_the_way');
      expect(cleared).toEqual([]);
    },
  );

  it('is given the time to write down that nobody wants protection', async () => {
    daemon = await startScriptedDaemon();
    let looks = 0;
    const writing: Place = {
      kind: 'target',
      look: async () => {
        looks += 1;
        return looks > 1 ? [] : [{ kind: 'target', name: 'target.json', remove: async () => undefined }];
      },
    };
    const answer = await repair([writing]);
    expect([answer.problem, answer.json['remnants']]).toEqual([undefined, []]);
  });

  it('what a connect puts up while the rest is cleared stays, and is said', async () => {
    daemon = await startScriptedDaemon();
    let isConnecting = false;
    const table = place('firewall_table');
    const late: Place = {
      kind: 'firewall_table',
      look: async () => (isConnecting ? await table.look() : []),
    };
    const connect = async (): Promise<void> => void (isConnecting = true);
    const answer = await repair([place('state_directory', connect), late]);
    expect(answer.problem?.code).toBe('service_came_back');
    expect(cleared).toEqual(['state_directory']);
  });

  it('--dry-run asks nothing of it', async () => {
    daemon = await startScriptedDaemon();
    const answer = await repair([place('name_servers')], { dryRun: true });
    expect([answer.json['service'], daemon.asked, cleared]).toEqual(['running', [], []]);
  });

  it.each([
    [
      'cannot take its tunnel down',
      () => {
        throw new Refused(problem('disconnect_pending', 'daemon'));
      },
    ],
    [
      'hangs up',
      (_: unknown, { socket }: { readonly socket: { destroy: () => unknown } }) => {
        socket.destroy();
        return undefined;
      },
    ],
  ])('that %s is in the way: nothing is cleared behind its back', async (_, script) => {
    daemon = await startScriptedDaemon({ script });
    expect(await codeOf(repair([place('firewall_table')]))).toBe('service_in_the_way');
    expect(cleared).toEqual([]);
  });
});

it('somebody else than the administrator is refused before anything is looked at', async () => {
  const { code, answer } = await cli.sanad('repair', '--json');
  expect([code, answer.problem?.code]).toEqual([7, 'administrator_only']);
});
