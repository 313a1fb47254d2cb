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
  const removed = async (): Promise<void> => {
    await remove();
    cleared.push(kind);
  };
  return { kind, look: async () => [{ kind, name: `the ${kind}`, remove: removed }] };
}

function repair(places: readonly Place[], { dryRun = false } = {}) {
  const machine: RepairMachine = { places, isServiceAlive: async () => isServiceAlive };
  const client = {
    ...cli.surroundings.client,
    daemonSocket: daemon?.path ?? join(cli.home, 'run/none.sock'),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it says nothing on the terminal by itself
  const surroundings = { ...cli.surroundings, uid: 0, client } as Surroundings;
  return repairCommand(surroundings, { dryRun, machine: async () => machine });
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
});

describe('a service that runs', () => {
  it('is asked to disconnect, and keeps what it needs', async () => {
    daemon = await startScriptedDaemon();
    const answer = await repair([place('interface'), place('socket'), place('name_servers')]);
    expect(daemon.asked.map(({ method }) => method)).toEqual(['disconnect']);
    expect([answer.json['service'], cleared]).toEqual(['disconnected', ['name_servers']]);
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
