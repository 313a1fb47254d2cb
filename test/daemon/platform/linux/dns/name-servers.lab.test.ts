import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { blockedBecause, clientRules, leakedDuring } from '#test/audit/seen.ts';
import type { Person } from '#test/lab/client.ts';
import { insideLab } from '#test/lab/enter.ts';
import { asAdministrator, createLab, type Lab } from '#test/lab/lab.ts';
import { addresses } from '#test/lab/network.ts';
import { must, registeredTunnel } from '#test/lab/story/registered.ts';
import { linkResolvConf } from '#test/lab/system.ts';

const OWN = '/run/sanad/resolver/resolv.conf';
const SYSTEM = '/etc/sanad/resolv.conf';
const SYSTEM_TEXT = `# by hand\nnameserver ${addresses.outsideResolver}\n`;

/** A machine whose /etc/resolv.conf nobody manages, and what its administrator may do about it (docs/decision/0006). */
describe.skipIf(!insideLab())('name servers where nobody manages them', () => {
  let lab: Lab;
  let alice: Person;

  beforeAll(async () => {
    lab = await createLab();
    alice = await lab.admit('alice');
    await registeredTunnel(lab, alice, 'office');
  });
  afterAll(async () => {
    linkResolvConf();
    await lab.close();
  });

  /** The resolver that answers an ordinary program. */
  const who = () => alice.probe('txt', 'who.test');
  const text = (): string => readFileSync('/etc/resolv.conf', 'utf8');

  it('a tunnel that brings its own is refused before anything changes', async () => {
    rmSync('/etc/resolv.conf');
    writeFileSync('/etc/resolv.conf', SYSTEM_TEXT);
    const { code, answer } = await alice.json('connect', 'office');
    expect([code, answer.problem?.code]).toEqual([3, 'dns_unsupported']);
    expect(clientRules()).not.toContain('sanad');
    expect(text()).toBe(SYSTEM_TEXT);
  });

  describe('and the administrator gave the file to Sanad', () => {
    beforeAll(() => {
      writeFileSync(SYSTEM, SYSTEM_TEXT);
      copyFileSync(SYSTEM, OWN);
      linkResolvConf(OWN);
    });
    afterEach(async () => {
      await must(alice, 'disconnect');
      // After each of them, so not in one: the file is as it was, and answers are from outside.
      // oxlint-disable-next-line vitest/no-standalone-expect
      expect([text(), await who()]).toEqual([SYSTEM_TEXT, 'outside']);
    });

    it('the tunnel’s are asked while connected, and no name goes outside', async () => {
      expect(await who()).toBe('outside');
      const leaked = await leakedDuring('names', async () => {
        await must(alice, 'connect', 'office');
        expect(await who()).toBe('inside');
      });
      expect(leaked).toEqual([]);
    });

    it('a service that was killed puts the system’s own back when it comes again', async () => {
      await must(alice, 'connect', 'office');
      await lab.services.killDaemon();
      expect(text()).toContain(addresses.tunnelPeer);
      await lab.services.startDaemon();
      expect(await blockedBecause(alice)).toBe('needs_credentials');
      expect(text()).toBe(SYSTEM_TEXT);
    });

    it('a service that ends puts the system’s own back', async () => {
      await must(alice, 'connect', 'office');
      await lab.services.daemon.stop('SIGTERM');
      expect(text()).toBe(SYSTEM_TEXT);
      await lab.services.startDaemon();
    });

    it('where the service does not come again, repair puts them back', async () => {
      await must(alice, 'connect', 'office');
      await lab.services.killDaemon();
      await asAdministrator('repair');
      expect(text()).toBe(SYSTEM_TEXT);
      expect(await who()).toBe('outside');
      await lab.services.startDaemon();
    });
  });
});
