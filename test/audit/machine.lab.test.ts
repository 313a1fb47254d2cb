import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '#test/lab/client.ts';
import { insideLab } from '#test/lab/enter.ts';
import { asAdministrator, createLab, type Lab } from '#test/lab/lab.ts';
import { addresses, inHost } from '#test/lab/network.ts';
import { clientConf } from '#test/lab/peer.ts';
import { root, run, until } from '#test/lab/process.ts';
import { ATTEST, must, registeredTunnel } from '#test/lab/story/registered.ts';
import { identity, LAB, logOf, uidOf, writeFor } from '#test/lab/system.ts';
import { blockedBecause, clientRules, leakedDuring, stateSeenBy } from './seen.ts';

const SENTINEL = `${LAB}/tmp/hook-ran`;
const TARGET = '/var/lib/sanad/target.json';
const MEMORY = '/var/lib/sanad/memory.json';
const STATUS_TTL_SECONDS = 3;

/** Hooks as people and attackers spell them; each is reported and left out, none refuses the file. */
const HOOKS = [
  ...['PreUp', 'PostUp', 'PreDown', 'PostDown'].flatMap((key) => [key, key.toUpperCase(), key.toLowerCase()]),
  ...['pOsTuP', 'PostUp\t', ' \tPostUp '],
]
  .map((key) => `${key} = touch ${SENTINEL}`)
  .concat('SaveConfig = true', 'Table = off', `PostUp = touch ${SENTINEL}\r`)
  .join('\n');

describe.skipIf(!insideLab())('the client machine', () => {
  let lab: Lab;
  let alice: Person;
  let registration: string;

  beforeAll(async () => {
    lab = await createLab({ statusTtlSeconds: STATUS_TTL_SECONDS });
    alice = await lab.admit('alice');
    registration = await registeredTunnel(lab, alice, 'office', { dns: false, hooks: HOOKS });
  });
  afterAll(async () => await lab.close());

  const connect = () => must(alice, 'connect', 'office');
  const disconnect = () => must(alice, 'disconnect');
  const isAnswered = async (): Promise<boolean> => (await alice.probe('http', addresses.site)) !== null;

  /** Stops the daemon, changes what it kept, and starts it again. */
  async function restartedWith(change: () => void): Promise<void> {
    await lab.services.daemon.stop('SIGTERM');
    change();
    await lab.services.startDaemon();
  }

  describe('runs nothing that a caller names', () => {
    it('hooks of an imported file, in any spelling', async () => {
      await connect();
      await disconnect();
      expect(existsSync(SENTINEL)).toBe(false);
    });

    it.each([
      ['look-alike letters', `РostUp = touch ${SENTINEL}`],
      ['full-width letters', `ＰｏｓｔＵｐ = touch ${SENTINEL}`],
      ['a zero-width space', `PostUp\u200B = touch ${SENTINEL}`],
      ['a carriage return in a value', `MTU = 1420\rPostUp = touch ${SENTINEL}`],
      ['a line separator in a value', `MTU = 1420\u2028PostUp = touch ${SENTINEL}`],
      ['a NUL in a value', `MTU = 1420\u0000PostUp = touch ${SENTINEL}`],
    ])('a file with %s is not imported', async (_, hooks) => {
      const file = `${LAB}/home/alice/evil.conf`;
      writeFor('alice', file, clientConf(lab.keys, { hooks }));
      expect((await alice.json('import', file)).code).not.toBe(0);
      expect(existsSync(SENTINEL)).toBe(false);
    });

    it('decoys first in PATH (CVE-2024-27303)', async () => {
      const decoys = ['ip', 'nft', 'wg', 'wireguard-go', 'resolvconf'].map((name) => join(LAB, 'bin', name));
      await restartedWith(() => {
        const program = `#!/bin/sh\ntouch ${SENTINEL}\n`;
        for (const decoy of decoys) writeFileSync(decoy, program, { mode: 0o755 });
      });
      await connect();
      await disconnect();
      for (const decoy of decoys) rmSync(decoy);
      expect(existsSync(SENTINEL)).toBe(false);
    });
  });

  describe('another user, enabled too', () => {
    let bob: Person;
    beforeAll(async () => {
      bob = await lab.admit('bob');
      await connect();
    });
    afterAll(async () => {
      await disconnect();
    });

    it('sees that there is a tunnel, not which, not where to', async () => {
      const { answer } = await bob.json('status');
      const status = JSON.stringify(answer['status']);
      expect(answer).toMatchObject({ status: { state: { kind: 'connected', tunnel: null, peers: [] } } });
      for (const secret of ['office', addresses.peer, lab.keys.peerPublic, registration]) {
        expect(status).not.toContain(secret);
      }
    });

    it('cannot end it', async () => {
      const { code, answer } = await bob.json('disconnect');
      expect([code, answer.problem?.code]).toEqual([7, 'not_yours']);
      expect((await stateSeenBy(alice)).kind).toBe('connected');
    });

    it.each([
      `/run/sanad/user/${uidOf('alice')}/sanadd.sock`,
      `/run/sanad/relay/${uidOf('alice')}/relay.sock`,
      '/run/sanad/admin/sanadd.sock',
      '/run/sanad/fetch/fetch.sock',
      '/run/wireguard/sanad0.sock',
    ])('is kept from %s by the kernel', async (path) => {
      expect(existsSync(path)).toBe(true);
      const program = `require('node:net').connect('${path}').on('connect', () => process.exit(0)).on('error', (e) => { console.log(e.code); process.exit(9); });`;
      const tried = await run('client', identity('bob'), ['node', '-e', program]);
      expect(tried).toMatchObject({ code: 9, stdout: 'EACCES\n' });
    });

    it('cannot read what the service keeps, nor write where it trusts', async () => {
      for (const words of [
        ['ls', '/var/lib/sanad'],
        ['touch', '/etc/sanad/anchor.d/evil.json'],
        ['touch', '/etc/sanad/policy.d/evil.json'],
        ['touch', '/run/sanad/resolver/resolv.conf'],
        ['mkdir', '/run/sanad/user/4242'],
        ['mv', `/run/sanad/user/${uidOf('bob')}`, '/run/sanad/user/4242'],
      ]) {
        expect((await run('client', identity('bob'), words)).code, words.join(' ')).not.toBe(0);
      }
    });
  });

  describe('under a live tunnel', () => {
    beforeAll(async () => {
      await connect();
    });
    afterAll(async () => {
      await disconnect();
    });

    it('renewal loses no packet and leaves the interface alone', async () => {
      const device = (): string =>
        inHost('client', 'ip', ['-o', 'link', 'show', 'sanad0']).split(':')[0] ?? '';
      const before = device();
      // The issuer gives the same certificate while it is young, but for a new attestation.
      expect((await lab.gateway.review('renew', registration, ...ATTEST)).code).toBe(0);
      const pinging = run('client', root, ['ping', '-q', '-i', '0.01', '-c', '150', addresses.tunnelPeer]);
      const renewal = { isNew: true, handedTo: 'office', delivery: null };
      expect(await must(alice, 'registration', 'renew', 'office')).toMatchObject({ renewed: [renewal] });
      expect((await pinging).stdout).toContain('150 packets transmitted, 150 received, 0% packet loss');
      expect(device()).toBe(before);
      expect((await stateSeenBy(alice)).kind).toBe('connected');
    });

    it.each([
      [
        'a peer of somebody else’s',
        ['peer', 'c29tZWJvZHkgZWxzZSdzIGtleSwgMzIgYnl0ZXMhIQA=', 'allowed-ips', '10.7.0.0/16'],
      ],
      ['other networks for the peer', ['peer', 'PEER', 'allowed-ips', '10.66.66.0/24']],
      ['no peer', ['peer', 'PEER', 'remove']],
    ])('%s set by another program ends it: what comes after is as verified', async (_, words) => {
      const { peerPublic } = lab.keys;
      const verified = peersOfDevice();
      const seenBefore = driftSeen();
      const leaked = await leakedDuring('drift', async () => {
        const said = words.map((word) => (word === 'PEER' ? peerPublic : word));
        inHost('client', 'wg', ['set', 'sanad0', ...said]);
        expect(peersOfDevice()).not.toEqual(verified);
        await until('the daemon to see it', () => driftSeen() > seenBefore);
        await comeBack();
        expect(peersOfDevice()).toEqual(verified);
      });
      expect(leaked).toEqual([]);
    });

    it('its interface deleted: nothing leaks, and it comes again', async () => {
      const leaked = await leakedDuring('deleted', async () => {
        inHost('client', 'ip', ['link', 'del', 'sanad0']);
        await comeBack();
        expect(await isAnswered()).toBe(true);
      });
      expect(leaked).toEqual([]);
    });

    const driftSeen = (): number => logOf('sanadd').split('peersChangedByOthers').length;
    const peersOfDevice = (): readonly string[] =>
      inHost('client', 'wg', ['show', 'sanad0', 'allowed-ips']).split(/\s+/).toSorted();

    /** Younger than five seconds it stays blocked instead of looping; then one connects again. */
    async function comeBack(): Promise<void> {
      await until('the tunnel again', async () => {
        const { kind } = await stateSeenBy(alice);
        if (kind === 'blocked') await connect();
        return kind === 'connected';
      });
    }
  });

  it('SIGTERM leaves the firewall closed and the wish on disk', async () => {
    await connect();
    const leaked = await leakedDuring('ended', async () => {
      await lab.services.daemon.stop('SIGTERM');
      expect(clientRules()).toContain('table inet sanad');
      expect(clientRules()).not.toContain('51820');
      expect(inHost('client', 'ip', ['link'])).not.toContain('sanad0');
      expect(await isAnswered()).toBe(false);
      await lab.services.startDaemon();
    });
    expect(leaked).toEqual([]);
    expect(await blockedBecause(alice)).toBe('needs_credentials');
    await disconnect();
  });

  describe('what it kept on disk', () => {
    it.each<[string, string, () => void]>([
      ['is noise', 'state_corrupt', () => writeFileSync(TARGET, '\u0000'.repeat(40))],
      ['lies where others could write', 'state_untrusted', () => chmodSync('/var/lib/sanad', 0o777)],
    ])('%s: closed, it says so, and only the administrator opens it', async (_, code, change) => {
      await restartedWith(change);
      expect(await blockedBecause(alice)).toBe('blocked_for_another');
      expect(await isAnswered()).toBe(false);
      expect((await alice.json('disconnect')).code).toBe(7);
      expect(await asAdministrator('status', '--json')).toContain(code);
      await asAdministrator('disconnect');
      expect(await isAnswered()).toBe(true);
      await restartedWith(() => undefined);
      expect((await stateSeenBy(alice)).kind).toBe('disconnected');
    });

    it('says that it is later than the clock does: refused, the firewall open as it was', async () => {
      const memory = readFileSync(MEMORY, 'utf8');
      const { floor } = (JSON.parse(memory) as { readonly memory: { readonly floor: number } }).memory;
      await restartedWith(() => writeFileSync(MEMORY, memory.replace(String(floor), String(floor + 86_400))));
      const { code, answer } = await alice.json('connect', 'office');
      expect([code, answer.problem?.code]).toEqual([4, 'clock_behind']);
      expect(clientRules()).not.toContain('sanad');
      await restartedWith(() => writeFileSync(MEMORY, memory));
    });
  });

  it('a revocation is noticed by itself, when the list is due', async () => {
    await connect();
    const leaked = await leakedDuring('revoked', async () => {
      const revoked = await lab.gateway.review('revoke', registration, '--note', 'no longer');
      expect(revoked.code).toBe(0);
      expect(await blockedBecause(alice, 30_000)).toBe('registration_revoked');
      expect(await isAnswered()).toBe(false);
    });
    expect(leaked).toEqual([]);
    await disconnect();
  });
});
