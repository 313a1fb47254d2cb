import { paths } from '#shared/contract/paths.ts';

/** What the system shows of who manages its name servers. */
export interface DnsSigns {
  /** Of /etc/resolv.conf. `link`: where it ends, made absolute; what is there may be missing. */
  readonly resolvConf:
    | { readonly kind: 'absent' }
    | { readonly kind: 'file'; readonly text: string }
    | { readonly kind: 'link'; readonly target: string };
  /** Whose resolvconf(8) is installed: systemd brings one that is another name of resolvectl. */
  readonly resolvconf: 'absent' | 'resolvectl' | 'own';
  readonly hasResolvectl: boolean;
  /** systemd-resolved runs, or did in this boot. */
  readonly hasResolved: boolean;
}

export type DnsWay = 'resolved' | 'resolvconf' | 'file';

export type DnsChoice = { readonly kind: DnsWay } | { readonly kind: 'unsupported'; readonly reason: string };

const RESOLVED_DIRECTORY = '/run/systemd/resolve/';
/** systemd's static file, and the one of a system without a writable /etc. */
const RESOLVED_FILES = new Set(['/usr/lib/systemd/resolv.conf', '/lib/systemd/resolv.conf']);
const RESOLVED_STUB = /^\s*nameserver\s+127\.0\.0\.5[34]\s*$/m;
const RESOLVCONF_DIRECTORY = '/run/resolvconf/';

/**
 * By whom the name servers that programs ask are written, as NetworkManager and others find it out: by where
 * /etc/resolv.conf leads. Whoever is installed beside does not count, because setting name servers there would
 * change nothing, and with everything else closed it would look like a broken tunnel.
 */
export function chooseDns(signs: DnsSigns): DnsChoice {
  const { resolvConf } = signs;
  switch (resolvConf.kind) {
    case 'absent':
      return unsupported('there is no /etc/resolv.conf');
    case 'file':
      return RESOLVED_STUB.test(resolvConf.text) ? throughResolved(signs) : unsupported('nobody manages it');
    case 'link':
      return chooseByTarget(resolvConf.target, signs);
    default:
      return resolvConf satisfies never;
  }
}

function chooseByTarget(target: string, signs: DnsSigns): DnsChoice {
  if (target === paths.resolvConf) return { kind: 'file' };
  if (target.startsWith(RESOLVED_DIRECTORY) || RESOLVED_FILES.has(target)) return throughResolved(signs);
  if (!target.startsWith(RESOLVCONF_DIRECTORY)) return unsupported(`it leads to ${target}`);
  return signs.resolvconf === 'own' ? { kind: 'resolvconf' } : unsupported('there is no resolvconf');
}

function throughResolved({ hasResolvectl, hasResolved }: DnsSigns): DnsChoice {
  if (!hasResolved) return unsupported('systemd-resolved does not run');
  return hasResolvectl ? { kind: 'resolved' } : unsupported('there is no resolvectl');
}

function unsupported(reason: string): DnsChoice {
  return { kind: 'unsupported', reason: `/etc/resolv.conf: ${reason}` };
}
