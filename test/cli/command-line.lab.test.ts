import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldWords } from '#test/gateway/application-fields.ts';
import { startPerson, type Person } from '#test/lab/client.ts';
import { insideLab } from '#test/lab/enter.ts';
import { asAdministrator, createLab, type Lab } from '#test/lab/lab.ts';
import { addresses, inHost } from '#test/lab/network.ts';
import { clientConf } from '#test/lab/peer.ts';
import { until } from '#test/lab/process.ts';
import { LAB, uidOf, writeFor } from '#test/lab/system.ts';

const REGISTER = [
  ...['--profile', 'pk-pta@1', '--route', 'B', '--category', 'freelancer'],
  ...fieldWords(),
  '--consent',
];
const ATTEST = [
  ...['--authority', 'pk-pta', '--profile', 'pk-pta@1', '--route', 'B', '--category', 'freelancer'],
  ...['--decided-at', '2026-11-20'],
];

let lab: Lab;
let alice: Person;

/** Imports, registers and has attested; nobody answers at the endpoint unless it is the peer's own. */
async function registered(name: string, endpoint: string): Promise<void> {
  const file = `${LAB}/home/alice/${name}.conf`;
  writeFor('alice', file, clientConf(lab.keys, { endpoint, dns: false }));
  expect((await alice.json('import', file)).code).toBe(0);
  const { answer } = await alice.json('register', name, ...REGISTER);
  const { id } = answer['registration'] as { readonly id: string };
  expect((await lab.gateway.review('attest', id, ...ATTEST)).code).toBe(0);
  expect((await alice.json('registration', 'show', name)).answer).toMatchObject({ delivery: null });
}

async function stateOf(): Promise<string> {
  const { answer } = await alice.json('status');
  return (answer['status'] as { readonly state: { readonly kind: string } }).state.kind;
}

const tables = (): string => inHost('client', 'nft', ['list', 'tables']);

describe.skipIf(!insideLab())('sanad on real parts', () => {
  beforeAll(async () => {
    lab = await createLab();
    alice = await lab.admit('alice');
    await registered('office', `${addresses.peer}:51820`);
    await registered('silent', `${addresses.peer}:9`);
  });
  afterAll(async () => await lab.close());

  it('status says which tunnels are registered, before anything is connected', async () => {
    const { answer } = await alice.json('status');
    expect(answer['tunnels']).toMatchObject([
      { name: 'office', refusal: null },
      { name: 'silent', refusal: null },
    ]);
  });

  it('connect interrupted by Ctrl-C leaves no tunnel, no firewall and no target behind', async () => {
    const connecting = alice.begin('interrupted', ['sanad', 'connect', 'silent']);
    await until('the tunnel under way', async () => (await stateOf()) === 'connecting');
    expect(tables()).toContain('inet sanad');
    await connecting.stop('SIGINT');
    expect(await stateOf()).toBe('disconnected');
    expect(tables()).not.toContain('inet sanad');
  });

  it('watch says every change of what another command does', async () => {
    const watching = alice.begin('watch', ['sanad', 'watch', '--json']);
    await until('the first status', () => readFileSync(watching.log, 'utf8').includes('disconnected'));
    expect((await alice.json('connect', 'office')).code).toBe(0);
    expect((await alice.json('disconnect')).code).toBe(0);
    await until('the last status', () =>
      /connected.*\n.*"disconnected"/.test(readFileSync(watching.log, 'utf8')),
    );
    await watching.stop('SIGINT');
    const lines = readFileSync(watching.log, 'utf8').trim().split('\n');
    const seen = lines.map(
      (line) => (JSON.parse(line) as { status: { state: { kind: string } } }).status.state.kind,
    );
    expect(new Set(seen)).toEqual(new Set(['disconnected', 'connecting', 'connected', 'disconnecting']));
    expect(seen.at(-1)).toBe('disconnected');
  });

  it('a gateway that is down ends commands with 5 and hinders no connection', async () => {
    await lab.gateway.stop();
    expect((await alice.json('registration', 'show', 'office')).code).toBe(5);
    expect((await alice.json('refresh')).code).toBe(5);
    expect((await alice.json('connect', 'office')).code).toBe(0);
    expect((await alice.json('disconnect')).code).toBe(0);
    await lab.gateway.restart();
  });

  it('somebody who is not enabled, or no longer, is refused with 7', async () => {
    const bob = await startPerson('bob');
    try {
      expect((await bob.json('status')).answer.problem?.code).toBe('user_not_enabled');
      expect((await bob.json('user', 'enable', 'bob')).code).toBe(7);
      await asAdministrator('user', 'enable', 'bob');
      expect((await bob.json('status')).code).toBe(0);
      await asAdministrator('user', 'disable', 'bob');
      expect((await bob.json('status')).code).toBe(7);
      expect(existsSync(`/run/sanad/relay/${uidOf('bob')}`)).toBe(false);
    } finally {
      await bob.keychain.stop();
    }
  });
});
