import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '#test/lab/client.ts';
import { insideLab } from '#test/lab/enter.ts';
import { createLab, type Lab } from '#test/lab/lab.ts';
import { addresses } from '#test/lab/network.ts';
import { run, root, start, until } from '#test/lab/process.ts';
import { must, registeredTunnel } from '#test/lab/story/registered.ts';
import { LAB } from '#test/lab/system.ts';

const program = join(import.meta.dirname, 'rogue-gateway.ts');
const TLS = `${LAB}/gateway-tls`;
const STRANGER = `${LAB}/stranger-tls`;

let lab: Lab;
let alice: Person;

/** A certificate for gateway.test that the lab's authority has not signed. */
function makeStranger(): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=gateway.test', '-addext', 'subjectAltName=DNS:gateway.test'];
  const files = ['-keyout', `${STRANGER}.key`, '-out', `${STRANGER}.pem`];
  execFileSync('openssl', ['req', '-x509', ...key, ...names, ...files], { stdio: 'pipe' });
}

/** Another gateway for the same origin, with the true one's TLS key: everything signed by keys of its own. */
async function impostor(): Promise<readonly string[]> {
  const directory = `${LAB}/impostor`;
  await run('router', root, [
    ...['sanad-gateway', 'init', '--dir', directory, '--origin', lab.gateway.origin, '--name', 'lab'],
    ...['--legal-name', 'Impostor', '--contact', 'x', '--retention', 'x', '--tls-ca', `${TLS}/ca.pem`],
  ]);
  return [
    ...['sanad-gateway', 'serve', '--dir', directory, '--listen', `${addresses.gateway}:8443`],
    ...['--tls-certificate', `${TLS}/gateway.pem`, '--tls-key', `${TLS}/gateway.key`],
  ];
}

const rogue = (behaviour: string, tls = `${TLS}/gateway`): readonly string[] => [
  ...[process.execPath, program, addresses.gateway, '8443', `${tls}.pem`, `${tls}.key`, behaviour],
];

async function listening(): Promise<void> {
  await until('the rogue', async () => {
    const found = await run('router', root, ['ss', '-Hltn', 'sport = :8443']);
    return found.stdout.trim() !== '';
  });
}

describe.skipIf(!insideLab())('a gateway in foreign hands', () => {
  beforeAll(async () => {
    lab = await createLab();
    alice = await lab.admit('alice');
    await registeredTunnel(lab, alice, 'office');
    makeStranger();
    await lab.gateway.stop();
  });
  afterAll(async () => await lab.close());

  it.each<[string, () => readonly string[] | Promise<readonly string[]>]>([
    ['accepts and says nothing', () => rogue('silent')],
    ['has another TLS key', () => rogue('redirects', STRANGER)],
    ['sends its clients elsewhere', () => rogue('redirects')],
    ['answers without end', () => rogue('floods')],
    ['has the TLS key but no other', impostor],
  ])('that %s ends commands with 5 and takes nothing away', async (name, words) => {
    const background = start('router', root, `rogue-${name.replaceAll(/\W/g, '-')}`, await words());
    try {
      await listening();
      const [shown, refreshed, listed] = await Promise.all([
        alice.json('registration', 'show', 'office'),
        alice.json('refresh'),
        alice.json('registration', 'show'),
      ]);
      expect([shown.code, listed.code]).toEqual([5, 5]);
      expect(refreshed.code).not.toBe(0);
      for (const { answer } of [shown, refreshed, listed]) expect(answer.problem?.code).toMatch(/^[a-z_]+$/);
      await must(alice, 'connect', 'office');
      await must(alice, 'disconnect');
    } finally {
      await background.stop('SIGKILL');
    }
  });

  it('and the true one, back again, is believed at once', async () => {
    await lab.gateway.restart();
    expect((await alice.json('registration', 'show', 'office')).answer).toMatchObject({ delivery: null });
    expect((await alice.json('refresh')).code).toBe(0);
  });
});
