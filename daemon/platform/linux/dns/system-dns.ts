import { readFileSync } from 'node:fs';
import type { Dns, DnsSettings } from '../../../port/dns.ts';
import { platformError } from '../platform-problem.ts';
import { chooseDns, type DnsSigns, type DnsWay } from './choose-dns.ts';
import { readDnsSigns } from './dns-signs.ts';
import { parseResolvConf } from './resolv-conf.ts';

interface SystemDnsOptions {
  readonly ways: Readonly<Record<DnsWay, Dns>>;
  readonly readSigns?: () => DnsSigns;
}

/** The system's resolver configuration, by whoever manages it at the moment. */
export class SystemDns implements Dns {
  readonly #ways: Readonly<Record<DnsWay, Dns>>;
  readonly #readSigns: () => DnsSigns;

  constructor({ ways, readSigns = readDnsSigns }: SystemDnsOptions) {
    this.#ways = ways;
    this.#readSigns = readSigns;
  }

  requireSupport(): void {
    this.#require().requireSupport();
  }

  async set(dns: DnsSettings): Promise<void> {
    if (dns.servers.length === 0 && dns.searchDomains.length === 0) return;
    await this.#require().set(dns);
  }

  /** By every way: who manages name servers may have changed since they were set. Each knows whether it was used. */
  async reset(): Promise<void> {
    const outcomes = await Promise.allSettled(Object.values(this.#ways).map((way) => way.reset()));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  servers(): readonly string[] {
    const choice = chooseDns(this.#readSigns());
    if (choice.kind !== 'unsupported' && choice.kind !== 'resolvconf')
      return this.#ways[choice.kind].servers();
    try {
      return parseResolvConf(readFileSync('/etc/resolv.conf', 'utf8'));
    } catch {
      return []; // no such file: the C library would ask loopback, which is always open
    }
  }

  #require(): Dns {
    const choice = chooseDns(this.#readSigns());
    if (choice.kind === 'unsupported') throw platformError('dns_unsupported', { detail: choice.reason });
    return this.#ways[choice.kind];
  }
}
