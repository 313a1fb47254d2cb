import { expect, it } from 'vitest';
import type { DnsSigns } from '#daemon/platform/linux/dns/choose-dns.ts';
import { SystemDns } from '#daemon/platform/linux/dns/system-dns.ts';
import type { Dns } from '#daemon/port/dns.ts';

const acts: string[] = [];
const way = (name: string, options: { readonly failsToReset?: boolean } = {}): Dns => ({
  requireSupport: () => void acts.push(`${name} asked`),
  set: async () => void acts.push(`${name} set`),
  reset: async () => {
    acts.push(`${name} reset`);
    if (options.failsToReset === true) throw new Error(name);
  },
  servers: () => [name],
});

const absent: DnsSigns = {
  resolvConf: { kind: 'absent' },
  resolvconf: 'own',
  hasResolvectl: true,
  hasResolved: true,
};
const leadingTo = (target: string): DnsSigns => ({ ...absent, resolvConf: { kind: 'link', target } });
const resolved = leadingTo('/run/systemd/resolve/stub-resolv.conf');
const file = leadingTo('/run/sanad/resolver/resolv.conf');
const office = { servers: ['10.66.66.1'], searchDomains: [] };

function systemDns(signs: readonly DnsSigns[], options = {}) {
  acts.length = 0;
  const left = [...signs];
  const ways = { resolved: way('resolved', options), resolvconf: way('resolvconf'), file: way('file') };
  return new SystemDns({ ways, readSigns: () => left.shift() ?? absent });
}

it('sets them by the way that the system shows at that moment', async () => {
  const dns = systemDns([resolved, file]);
  await dns.set(office);
  await dns.set(office);
  expect(acts).toEqual(['resolved set', 'file set']);
});

it('takes them back by every way: who manages them may be another one by now', async () => {
  await systemDns([]).reset();
  expect(acts).toEqual(['resolved reset', 'resolvconf reset', 'file reset']);
});

it('takes them back by all others where one fails, and says so', async () => {
  await expect(systemDns([], { failsToReset: true }).reset()).rejects.toThrow('resolved');
  expect(acts).toEqual(['resolved reset', 'resolvconf reset', 'file reset']);
});

it('asks the way itself whether it can, and refuses where there is none', () => {
  systemDns([file]).requireSupport();
  expect(acts).toEqual(['file asked']);
  expect(() => systemDns([absent]).requireSupport()).toThrow('dns_unsupported');
});

it('touches nothing for a tunnel without name servers', async () => {
  await systemDns([]).set({ servers: [], searchDomains: [] });
  expect(acts).toEqual([]);
});

it('knows the system’s own by the way that knows them', () => {
  expect(systemDns([resolved]).servers()).toEqual(['resolved']);
  expect(systemDns([file]).servers()).toEqual(['file']);
});
