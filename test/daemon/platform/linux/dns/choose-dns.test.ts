import { describe, expect, it } from 'vitest';
import { chooseDns, type DnsSigns } from '#daemon/platform/linux/dns/choose-dns.ts';

/** Nothing is installed and nothing runs, but for what a case says. */
function signs(resolvConf: DnsSigns['resolvConf'], others: Partial<DnsSigns> = {}): DnsSigns {
  return { resolvConf, resolvconf: 'absent', hasResolvectl: false, hasResolved: false, ...others };
}
const link = (target: string): DnsSigns['resolvConf'] => ({ kind: 'link', target });
const file = (text: string): DnsSigns['resolvConf'] => ({ kind: 'file', text });
const resolved = { hasResolvectl: true, hasResolved: true } as const;
const everything = { ...resolved, resolvconf: 'own' } as const;

describe('name servers are set through whoever /etc/resolv.conf leads to', () => {
  it.each<[string, DnsSigns, string]>([
    [
      'Ubuntu, Fedora: resolved’s stub',
      signs(link('/run/systemd/resolve/stub-resolv.conf'), resolved),
      'resolved',
    ],
    ['resolved without its stub', signs(link('/run/systemd/resolve/resolv.conf'), resolved), 'resolved'],
    ['systemd’s static file', signs(link('/usr/lib/systemd/resolv.conf'), resolved), 'resolved'],
    ['a file that names resolved', signs(file('# local\nnameserver 127.0.0.53\n'), resolved), 'resolved'],
    [
      'resolved beside its own resolvconf(8)',
      signs(link('/run/systemd/resolve/stub-resolv.conf'), { ...resolved, resolvconf: 'resolvectl' }),
      'resolved',
    ],
    ['openresolv', signs(link('/run/resolvconf/resolv.conf'), { resolvconf: 'own' }), 'resolvconf'],
    [
      'openresolv beside a resolved that nobody asks',
      signs(link('/run/resolvconf/resolv.conf'), everything),
      'resolvconf',
    ],
    ['a file that the administrator gave to Sanad', signs(link('/run/sanad/resolver/resolv.conf')), 'file'],
    ['the same, whatever else runs', signs(link('/run/sanad/resolver/resolv.conf'), everything), 'file'],
  ])('%s', (_name, found, kind) => {
    expect(chooseDns(found)).toEqual({ kind });
  });
});

describe('name servers cannot be set, and the reason is said', () => {
  it.each<[string, DnsSigns, RegExp]>([
    ['no file at all', signs({ kind: 'absent' }, everything), /there is no/],
    ['a plain file', signs(file('nameserver 192.168.1.1\n'), everything), /nobody manages it/],
    ['a comment that names resolved', signs(file('# nameserver 127.0.0.53\n'), everything), /nobody manages/],
    ['a loopback that is not resolved', signs(file('nameserver 127.0.0.1\n'), everything), /nobody manages/],
    ['NetworkManager’s file', signs(link('/run/NetworkManager/resolv.conf'), everything), /NetworkManager/],
    [
      'a resolved that does not run',
      signs(link('/run/systemd/resolve/stub-resolv.conf'), { hasResolvectl: true }),
      /does not run/,
    ],
    [
      'a resolved without resolvectl',
      signs(link('/run/systemd/resolve/stub-resolv.conf'), { hasResolved: true }),
      /no resolvectl/,
    ],
    ['a resolvconf that is gone', signs(link('/run/resolvconf/resolv.conf'), resolved), /no resolvconf/],
    [
      'a resolvconf that is resolvectl',
      signs(link('/run/resolvconf/resolv.conf'), { ...resolved, resolvconf: 'resolvectl' }),
      /no resolvconf/,
    ],
    ['a folder of a similar name', signs(link('/run/resolvconf.d/resolv.conf'), everything), /it leads to/],
  ])('%s', (_name, found, reason) => {
    const choice = chooseDns(found);
    expect(choice).toMatchObject({ kind: 'unsupported', reason: expect.stringMatching(reason) as string });
  });
});
