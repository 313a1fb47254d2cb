import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outsideTunnelAndFetcher } from '#test/lab/capture.ts';
import { blockedBecause, leakedDuring, stateSeenBy } from '#test/audit/seen.ts';
import type { Answer, Person } from '#test/lab/client.ts';
import { insideLab, labImpossible } from '#test/lab/enter.ts';
import { createLab, type Lab } from '#test/lab/lab.ts';
import { addresses } from '#test/lab/network.ts';
import { clientConf } from '#test/lab/peer.ts';
import { must as run, root, run as attempt, start, until } from '#test/lab/process.ts';
import { ATTEST, must, registeredTunnel } from '#test/lab/story/registered.ts';
import { LAB, writeFor } from '#test/lab/system.ts';

/** Where the provider moves its customers to: another key, port and network. */
const NEW_PORT = 51_821;
const NEW_ADDRESS = '10.66.67.2';
const newFilter = `${outsideTunnelAndFetcher} and not (udp and dst host ${addresses.peer} and dst port ${NEW_PORT})`;

let lab: Lab;
let alice: Person;
let id: string;

const connect = (name: string) => must(alice, 'connect', name);
const isAnswered = async (): Promise<boolean> => (await alice.probe('http', addresses.site)) !== null;
const refused = async (name: string): Promise<unknown> => {
  const { code, answer } = await alice.json('connect', name);
  return [code, answer.problem?.code];
};
async function review(...words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await lab.gateway.review(...words);
  expect(code, `${words.join(' ')}: ${stdout}${stderr}`).toBe(0);
}

/** The peer's second interface, as a provider makes it before it changes its key: the public key. */
async function startNewInterface(): Promise<string> {
  const wg = async (words: readonly string[], input = ''): Promise<string> =>
    (await run('peer', root, ['wg', ...words], { input })).trim();
  const privateKey = await wg(['genkey']);
  start('peer', { ...root, environment: { WG_PROCESS_FOREGROUND: '1' } }, 'peer-new', [
    ...['wireguard-go', '-f', 'wg1'],
  ]);
  await until(
    'the new interface',
    async () => (await attempt('peer', root, ['wg', 'show', 'wg1'])).code === 0,
  );
  const { clientPublic, preshared } = lab.keys;
  const conf = [
    ...['[Interface]', `PrivateKey = ${privateKey}`, `ListenPort = ${NEW_PORT}`],
    ...[
      '[Peer]',
      `PublicKey = ${clientPublic}`,
      `PresharedKey = ${preshared}`,
      `AllowedIPs = ${NEW_ADDRESS}/32`,
    ],
  ];
  writeFileSync(`${LAB}/peer-new.conf`, `${conf.join('\n')}\n`, { mode: 0o600 });
  await wg(['setconf', 'wg1', `${LAB}/peer-new.conf`]);
  await run('peer', root, ['ip', 'link', 'set', 'wg1', 'mtu', '1420', 'up']);
  await run('peer', root, ['ip', 'route', 'add', `${NEW_ADDRESS}/32`, 'dev', 'wg1']);
  return await wg(['pubkey'], privateKey);
}

describe.skipIf(!insideLab() || labImpossible() !== null)('a registration’s course on real parts', () => {
  beforeAll(async () => {
    lab = await createLab();
    alice = await lab.admit('alice');
    id = await registeredTunnel(lab, alice, 'office', { dns: false });
  });
  afterAll(async () => await lab.close());

  it('suspended takes the tunnel down and lets nothing out, at the list’s refresh', async () => {
    await connect('office');
    const leaked = await leakedDuring('suspended', async () => {
      await review('suspend', id, '--note', 'being checked');
      await must(alice, 'refresh');
      expect(await blockedBecause(alice)).toBe('registration_suspended');
      expect(await isAnswered()).toBe(false);
      expect(await refused('office')).toEqual([4, 'registration_suspended']);
      expect(await isAnswered()).toBe(false);
    });
    expect(leaked).toEqual([]);
    const shown = await must(alice, 'registration', 'show', 'office');
    expect(shown).toMatchObject({ registration: { state: 'suspended', note: 'being checked' } });
  });

  it('reinstated connects again, without anything else being asked for', async () => {
    await review('reinstate', id);
    await connect('office');
    expect(await isAnswered()).toBe(true);
    await must(alice, 'disconnect');
  });

  it('amended for a new key of the VPN server: the running tunnel stays until one connects to the new one', async () => {
    const peerPublic = await startNewInterface();
    const file = `${LAB}/home/alice/moved.conf`;
    const endpoint = `${addresses.peer}:${NEW_PORT}`;
    const conf = clientConf({ ...lab.keys, peerPublic }, { endpoint, dns: false });
    writeFor('alice', file, conf.replace(addresses.tunnelClient, NEW_ADDRESS));
    await must(alice, 'import', file);
    await connect('office');
    const amended = await must(alice, 'registration', 'amend', 'office', '--tunnel', 'moved', '--consent');
    const { registration } = amended as { readonly registration: { readonly id: string } };
    await review('attest', registration.id, ...ATTEST);
    const waiting = (await must(alice, 'registration', 'show', 'moved')) as Answer;
    expect(waiting['registration']).toMatchObject({ state: 'attested', certificate: null, amends: id });
    expect((await stateSeenBy(alice)).kind).toBe('connected');
    const move = async (): Promise<void> => {
      await connect('moved');
      expect(await stateSeenBy(alice)).toMatchObject({ kind: 'connected', tunnel: 'moved' });
      expect(await isAnswered()).toBe(true);
    };
    const leaked = await leakedDuring('moved', move, newFilter);
    expect(leaked).toEqual([]);
  });

  it('is over once the new one is in use: its certificate is refused', async () => {
    await must(alice, 'refresh');
    expect((await stateSeenBy(alice)).tunnel).toBe('moved');
    await must(alice, 'disconnect');
    expect(await refused('office')).toEqual([4, 'registration_revoked']);
    const { registration } = (await must(alice, 'registration', 'show', 'office')) as Answer;
    expect(registration).toMatchObject({ state: 'ended' });
  });

  it('amended in what the registrant gave, the running tunnel goes on with the new certificate', async () => {
    await connect('moved');
    const purpose = 'purpose=Remote work for another client abroad';
    const amended = await must(alice, 'registration', 'amend', 'moved', '--field', purpose, '--consent');
    const { registration } = amended as { readonly registration: { readonly id: string } };
    await review('attest', registration.id, ...ATTEST);
    const ping = ['ping', '-q', '-i', '0.02', '-c', '150', addresses.site];
    const pinging = attempt('client', root, ping);
    const shown = await must(alice, 'registration', 'show', 'moved');
    expect(shown).toMatchObject({ registration: { id: registration.id }, handedTo: 'moved', delivery: null });
    await must(alice, 'refresh');
    expect((await pinging).stdout).toContain('150 packets transmitted, 150 received, 0% packet loss');
    expect((await stateSeenBy(alice)).kind).toBe('connected');
    await must(alice, 'disconnect');
  });
});
