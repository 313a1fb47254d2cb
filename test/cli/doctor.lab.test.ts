import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '#client/doctor/finding.ts';
import { administrator, startPerson, type Person } from '#test/lab/client.ts';
import { fieldWords } from '#test/gateway/application-fields.ts';
import { insideLab, labImpossible } from '#test/lab/enter.ts';
import { createLab, type Lab } from '#test/lab/lab.ts';
import { addresses } from '#test/lab/network.ts';
import { clientConf } from '#test/lab/peer.ts';
import { LAB, writeFor } from '#test/lab/system.ts';

let lab: Lab;
let alice: Person;

function statesOf(answer: Readonly<Record<string, unknown>>) {
  const found = answer['checks'] as readonly Finding[];
  return Object.fromEntries(found.map(({ check, state, code }) => [check, `${state}: ${code}`]));
}

async function doctor(person: Person) {
  const { code, answer } = await person.json('doctor');
  return { code, problem: answer.problem?.code, states: statesOf(answer) };
}

async function rootsDoctor() {
  const { stdout } = await administrator('doctor', '--json');
  return statesOf(JSON.parse(stdout) as Record<string, unknown>);
}

describe.skipIf(!insideLab() || labImpossible() !== null)('sanad doctor on real parts', () => {
  beforeAll(async () => {
    lab = await createLab();
    alice = await lab.admit('alice');
    const file = `${LAB}/home/alice/office.conf`;
    writeFor('alice', file, clientConf(lab.keys, { endpoint: `${addresses.peer}:51820` }));
    await alice.json('import', file);
  });
  afterAll(async () => await lab.close());

  it('before registering names that, and nothing else', async () => {
    expect(await doctor(alice)).toEqual({
      code: 4,
      problem: 'doctor_failed',
      states: {
        service: 'ok: service_answers',
        socket: 'ok: socket_yours',
        firewall: 'ok: firewall_open',
        resolver: 'ok: resolver_answers',
        endpoint_name: 'ok: endpoint_is_address',
        handshake: 'not_checked: handshake_no_tunnel',
        gateway: 'ok: gateway_answers',
        keychain: 'ok: keychain_readable',
        registration: 'failed: unregistered',
        public_address: 'not_checked: public_address_none',
      },
    });
  });

  it('while connected sees firewall, the tunnel’s name server, handshake and gateway', async () => {
    const fields = fieldWords();
    const rules = ['--profile', 'pk-pta@1', '--route', 'B', '--category', 'freelancer'];
    const { answer } = await alice.json('register', 'office', ...rules, ...fields, '--consent');
    const { id } = answer['registration'] as { readonly id: string };
    await lab.gateway.review('attest', id, '--authority', 'pk-pta', ...rules, '--decided-at', '2026-11-20');
    await alice.json('registration', 'show', 'office');
    expect((await alice.json('connect', 'office')).code).toBe(0);
    expect(await doctor(alice)).toMatchObject({
      code: 0,
      states: {
        firewall: 'ok: firewall_closed',
        resolver: 'ok: resolver_answers',
        handshake: 'ok: handshake_fresh',
        gateway: 'ok: gateway_answers',
        registration: 'ok: registration_stands',
      },
    });
  });

  it('of a service killed while connected tells each what they may see', async () => {
    await lab.services.killDaemon();
    expect((await doctor(alice)).states).toMatchObject({
      service: 'failed: service_silent',
      socket: 'not_checked: socket_absent',
      firewall: 'not_checked: firewall_unseen',
      registration: 'not_checked: registration_no_service',
    });
    expect(await rootsDoctor()).toMatchObject({
      firewall: 'failed: firewall_left_over',
      gateway: 'not_checked: gateway_no_way_for_root',
      keychain: 'not_checked: keychain_not_needed',
    });
    await lab.services.startDaemon();
    expect((await doctor(alice)).states).toMatchObject({ service: 'ok: service_answers' });
  });

  it('after a disconnect finds a clean machine, and a locked keychain without asking anybody', async () => {
    await alice.json('disconnect');
    await alice.keychain.lock();
    expect(await doctor(alice)).toMatchObject({
      states: { firewall: 'ok: firewall_open', keychain: expect.stringMatching(/locked/) as string },
    });
  });

  it('without a gateway that answers says so, and who is to be told', async () => {
    await lab.gateway.stop();
    expect(await doctor(alice)).toMatchObject({
      code: 5,
      states: { gateway: 'failed: gateway_unreachable' },
    });
    await lab.gateway.restart();
  });

  it('for somebody who is not enabled names that first', async () => {
    const bob = await startPerson('bob');
    expect(await doctor(bob)).toMatchObject({
      code: 7,
      states: { service: 'not_checked: service_out_of_reach', socket: 'failed: socket_not_prepared' },
    });
    await bob.keychain.stop();
  });
});
