import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemNames } from '#shared/contract/system-names.ts';
import { administrator, type Person } from '#test/lab/client.ts';
import { insideLab, labImpossible } from '#test/lab/enter.ts';
import { asAdministrator, createLab, type Lab } from '#test/lab/lab.ts';
import { addresses, inHost } from '#test/lab/network.ts';
import { root, run, start, until } from '#test/lab/process.ts';
import { must, registeredTunnel } from '#test/lab/story/registered.ts';
import { LAB, uidOf } from '#test/lab/system.ts';
import { blockedBecause, stateSeenBy } from '#test/audit/seen.ts';

const TARGET = '/var/lib/sanad/target.json';
const ip = (...words: readonly string[]): string => inHost('client', 'ip', words);

interface Remnant {
  readonly kind: string;
  readonly name: string;
  readonly outcome: string;
}

/** Other programs' things, close to ours: the same names elsewhere, the same numbers for something else. */
async function installForeign(): Promise<void> {
  const tables = [
    'table inet sanad2 { chain out { type filter hook output priority 5; policy accept; ip daddr 192.0.2.7 drop; }; }',
    'table ip sanad { set s { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.2 }; }; }',
    'table ip6 sanad { chain postrouting { ip6 daddr 2001:db8:77::7 counter; }; }',
    'table inet other { map m { type mark : verdict; elements = { 0x5a4e : accept }; }; }',
  ];
  inHost('client', 'nft', ['-f', '-'], `${tables.join('\n')}\n`);
  // Tailscale's, and others at our priorities, with our mark or our table alone.
  for (const family of ['-4', '-6']) {
    ip(family, 'rule', 'add', 'fwmark', '0x80000/0xff0000', 'lookup', 'main', 'priority', '5210');
    ip(family, 'rule', 'add', 'lookup', '52', 'priority', '5209');
    ip(family, 'rule', 'add', 'fwmark', String(systemNames.mark), 'lookup', '5000', 'priority', '5211');
  }
  ip('route', 'add', '192.0.2.0/24', 'via', '198.51.100.1', 'table', '23119');
  ip('route', 'add', '192.0.2.64/26', 'via', '198.51.100.1');
  ip('tuntap', 'add', 'dev', 'sanad1', 'mode', 'tun');
  ip('addr', 'add', '10.9.9.9/32', 'dev', 'sanad1');
  start('client', { ...root, environment: { WG_PROCESS_FOREGROUND: '1' } }, 'foreign-wireguard', [
    'wireguard-go',
    '-f',
    'sanad00',
  ]);
  await until('the foreign device', () => existsSync('/run/wireguard/sanad00.sock'));
  inHost('client', 'resolvconf', ['-a', 'sanad1'], 'nameserver 192.0.2.53\n');
}

/** All that the client machine has, ours left out by nothing: taken while there is nothing of ours. */
function machine(): Readonly<Record<string, string>> {
  return {
    firewall: inHost('client', 'nft', ['list', 'ruleset']),
    rules: ip('-4', 'rule') + ip('-6', 'rule'),
    routes: ip('-4', 'route', 'show', 'table', 'all') + ip('-6', 'route', 'show', 'table', 'all'),
    links: ip('-o', 'link').replaceAll(/^\d+: /gm, ''),
    addresses: ip('-o', 'addr').replaceAll(/^\d+: /gm, ''),
    resolver: readFileSync('/etc/resolv.conf', 'utf8') + inHost('client', 'resolvconf', ['-l']),
    sockets: execFileSync('ls', ['/run/wireguard']).toString(),
    settings: execFileSync('sh', ['-c', 'cd /etc/sanad && sha256sum */*']).toString(),
    memory: execFileSync('sh', ['-c', 'cd /var/lib/sanad && sha256sum memory.json */*']).toString(),
  };
}

describe.skipIf(!insideLab() || labImpossible() !== null)('sanad repair', () => {
  let lab: Lab;
  let alice: Person;
  /** After the first disconnect and with the service ended: nothing of ours, everything of the others'. */
  let others: ReturnType<typeof machine>;

  beforeAll(async () => {
    lab = await createLab();
    alice = await lab.admit('alice');
    await registeredTunnel(lab, alice, 'office');
    await installForeign();
    await must(alice, 'connect', 'office');
    await must(alice, 'disconnect');
    await lab.services.daemon.stop('SIGTERM');
    others = machine();
    await lab.services.startDaemon();
  });
  afterAll(async () => await lab.close());

  async function repair(...words: readonly string[]) {
    const { code, stdout } = await administrator('repair', '--json', ...words);
    const answer = JSON.parse(stdout) as {
      readonly service?: string;
      readonly problem?: { readonly code: string };
      readonly remnants: readonly Remnant[];
    };
    return { code, ...answer, kinds: [...new Set(answer.remnants?.map(({ kind }) => kind))] };
  }
  const isOnline = async (): Promise<boolean> => (await alice.probe('http', addresses.site)) !== null;

  it('is the administrator’s act alone', async () => {
    const { code, answer } = await alice.json('repair');
    expect([code, answer.problem?.code]).toEqual([7, 'administrator_only']);
  });

  it('finds nothing where there is nothing, and changes nothing', async () => {
    await lab.services.daemon.stop('SIGTERM');
    expect(await repair()).toMatchObject({ code: 0, service: 'absent', remnants: [] });
    expect(machine()).toEqual(others);
    await lab.services.startDaemon();
  });

  it('after kill -9 of the service: open again, ours gone to the last piece, the others’ untouched', async () => {
    await must(alice, 'connect', 'office');
    await lab.services.killDaemon();
    expect(await isOnline()).toBe(false);
    const before = machine();
    const planned = await repair('--dry-run');
    expect(machine()).toEqual(before);
    const { code, service, remnants, kinds } = await repair();
    expect([code, service]).toEqual([0, 'absent']);
    expect(kinds).toEqual(
      expect.arrayContaining(['target', 'routing_rule', 'name_servers', 'firewall_table', 'socket']),
    );
    expect(remnants.every(({ outcome }) => outcome === 'removed')).toBe(true);
    expect(planned.remnants.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
      remnants.map(({ kind, name }) => `${kind} ${name}`),
    );
    expect(machine()).toEqual(others);
    expect(await isOnline()).toBe(true);
    // The next start is not blocked, and a tunnel comes as ever.
    await lab.services.startDaemon();
    expect((await stateSeenBy(alice)).kind).toBe('disconnected');
    await must(alice, 'connect', 'office');
    await must(alice, 'disconnect');
  });

  it('after kill -9 of everything, a wireguard-go that outlived it included', async () => {
    await must(alice, 'connect', 'office');
    await lab.services.killDaemon();
    await lab.services.fetcher.stop('SIGKILL');
    // As an older service or another supervisor would leave it: nobody ends it with the service.
    await until('the device gone', () => !ip('link').includes('sanad0:'));
    const orphan = start('client', root, 'orphan', ['wireguard-go', '-f', 'sanad0']);
    await until('its device', () => ip('link').includes('sanad0:'));
    ip('link', 'set', 'sanad0', 'up');
    ip('route', 'add', '10.66.0.0/16', 'dev', 'sanad0', 'table', String(systemNames.mark));
    const { code, kinds } = await repair();
    expect(code).toBe(0);
    expect(kinds).toEqual(
      expect.arrayContaining(['interface', 'wireguard_process', 'routes', 'firewall_table', 'socket']),
    );
    await until('its end', () => !orphan.alive());
    expect(machine()).toEqual(others);
    expect(existsSync('/run/sanad/fetch/fetch.sock')).toBe(false);
    expect(await isOnline()).toBe(true);
    expect(await repair()).toMatchObject({ code: 0, remnants: [] });
    await lab.services.startFetcher();
    await lab.services.startDaemon();
  });

  it('a wireguard-go that was stopped (SIGSTOP) cannot hold on to its interface', async () => {
    await lab.services.daemon.stop('SIGTERM');
    const orphan = start('client', root, 'orphan', ['wireguard-go', '-f', 'sanad0']);
    await until('its device', () => ip('link').includes('sanad0:'));
    process.kill(orphan.pid, 'SIGSTOP');
    expect(await repair()).toMatchObject({ code: 0 });
    await until('its end', () => !orphan.alive());
    expect(machine()).toEqual(others);
    await lab.services.startDaemon();
  });

  it('with the service running it asks it to disconnect, and the service goes on', async () => {
    await must(alice, 'connect', 'office');
    const planned = await repair('--dry-run');
    expect(planned).toMatchObject({ code: 0, service: 'running' });
    expect((await stateSeenBy(alice)).kind).toBe('connected');
    expect(await repair()).toMatchObject({ code: 0, service: 'disconnected', remnants: [] });
    expect((await stateSeenBy(alice)).kind).toBe('disconnected');
    expect(await isOnline()).toBe(true);
    await must(alice, 'connect', 'office');
    await must(alice, 'disconnect');
  });

  it('with the service blocked after a crash, too', async () => {
    await must(alice, 'connect', 'office');
    await lab.services.killDaemon();
    await lab.services.startDaemon();
    expect(await blockedBecause(alice)).toBe('needs_credentials');
    expect(await repair()).toMatchObject({ code: 0, service: 'disconnected' });
    expect(await isOnline()).toBe(true);
  });

  it('what a tunnel needs is not taken from under a running service: it has to be stopped first', async () => {
    inHost('client', 'nft', ['add', 'table', 'inet', 'sanad']);
    const before = machine();
    const { code, problem } = await repair();
    expect([code, problem?.code]).toEqual([3, 'service_in_the_way']);
    expect(machine()).toEqual(before);
    await lab.services.daemon.stop('SIGTERM');
    expect(await repair()).toMatchObject({ code: 0, kinds: ['firewall_table'] });
    expect(machine()).toEqual(others);
    await lab.services.startDaemon();
  });

  it('a service that hangs has to be stopped first: nothing is changed, and it says so', async () => {
    await must(alice, 'connect', 'office');
    process.kill(lab.services.daemon.pid, 'SIGSTOP');
    const before = machine();
    const { code, problem } = await repair();
    expect([code, problem?.code]).toEqual([3, 'service_in_the_way']);
    expect(machine()).toEqual(before);
    process.kill(lab.services.daemon.pid, 'SIGCONT');
    await must(alice, 'disconnect');
  });

  it('what the service would not believe keeps no start blocked: a corrupt wish, lax rights', async () => {
    await lab.services.daemon.stop('SIGTERM');
    writeFileSync(TARGET, 'noise');
    chmodSync('/var/lib/sanad', 0o777);
    const { code, kinds } = await repair();
    expect([code, kinds]).toEqual([0, ['state_directory', 'target']]);
    await lab.services.startDaemon();
    expect((await stateSeenBy(alice)).kind).toBe('disconnected');
  });

  it('a link planted where the socket of a user lies is not followed, and what it names stays', async () => {
    await lab.services.daemon.stop('SIGTERM');
    const folder = `/run/sanad/user/${uidOf('alice')}`;
    const precious = `${LAB}/tmp/precious.sock`;
    const server = createServer().listen(precious);
    await until('the socket', () => existsSync(precious));
    symlinkSync(precious, `${folder}/sanadd.sock`);
    mkdirSync('/run/sanad/user/not-a-user', { recursive: true });
    expect(await repair()).toMatchObject({ code: 0, remnants: [] });
    expect(existsSync(precious)).toBe(true);
    server.close();
    await lab.services.startDaemon();
    expect((await stateSeenBy(alice)).kind).toBe('disconnected');
  });

  it('needs neither the gateway nor any answer from outside', async () => {
    await must(alice, 'connect', 'office');
    await lab.services.killDaemon();
    ip('link', 'set', 'eth0', 'down');
    expect((await run('client', root, ['sanad', 'repair'])).code).toBe(0);
    ip('link', 'set', 'eth0', 'up');
    expect(inHost('client', 'nft', ['list', 'tables'])).not.toContain('table inet sanad\n');
    await lab.services.startDaemon();
    await asAdministrator('status');
  });
});
