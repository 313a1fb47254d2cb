import { existsSync, readFileSync } from 'node:fs';
import type { Dns, DnsSettings } from '../../../port/dns.ts';
import { runCommand } from '../command.ts';
import { platformError } from '../platform-problem.ts';
import { findProgram, requireProgram } from '../program.ts';
import { parseResolvConf } from './resolv-conf.ts';

/** The servers of all links, which resolved writes for programs that go round it. */
const UPLINK_FILE = '/run/systemd/resolve/resolv.conf';

interface ResolvedOptions {
  readonly device: string;
  /** Where resolvectl is; undefined: nowhere. */
  readonly program?: () => string | undefined;
  readonly uplinkFile?: string;
}

/**
 * Name servers through systemd-resolved, by resolvectl(1). It asks over D-Bus, where polkit lets the service's
 * account do it (packaging/polkit). What it says is golden-tested; it has not been run against systemd-resolved.
 */
export class Resolved implements Dns {
  readonly #device: string;
  readonly #program: () => string | undefined;
  readonly #uplinkFile: string;
  /** An earlier run left nothing: its device is removed before this run makes one. */
  #mayBeSet = false;

  constructor({ device, program, uplinkFile = UPLINK_FILE }: ResolvedOptions) {
    this.#device = device;
    this.#program = program ?? (() => findProgram('resolvectl'));
    this.#uplinkFile = uplinkFile;
  }

  requireSupport(): void {
    this.#require();
  }

  async set(dns: DnsSettings): Promise<void> {
    const program = this.#require();
    this.#mayBeSet = true;
    for (const words of renderSet(this.#device, dns)) {
      const outcome = await runCommand(program, words);
      if (outcome.code !== 0) throw platformError('set_dns_failed', { detail: outcome.stderr });
    }
  }

  /** With the device resolved forgets what was set for it: so it goes where resolved does not listen. */
  async reset(): Promise<void> {
    if (!this.#mayBeSet) return;
    const program = this.#program();
    const outcome = program === undefined ? null : await runCommand(program, ['revert', this.#device]);
    if (outcome?.code !== 0) await this.#removeDevice();
    this.#mayBeSet = false;
  }

  async #removeDevice(): Promise<void> {
    if (!this.#hasDevice()) return;
    const outcome = await runCommand(requireProgram('ip'), ['link', 'del', 'dev', this.#device]);
    if (this.#hasDevice()) throw platformError('set_dns_failed', { detail: outcome.stderr });
  }

  servers(): readonly string[] {
    try {
      return parseResolvConf(readFileSync(this.#uplinkFile, 'utf8'));
    } catch {
      return []; // resolved does not run: nobody answers at its address either
    }
  }

  #hasDevice(): boolean {
    return existsSync(`/sys/class/net/${this.#device}`);
  }

  #require(): string {
    const program = this.#program();
    if (program === undefined) throw platformError('dns_unsupported', { detail: 'no resolvectl' });
    return program;
  }
}

/**
 * `~.`: every name is asked here and not on other links, as wg-quick(8) does it through resolvconf. The servers last:
 * until then no name goes to a link without servers.
 */
export function renderSet(device: string, { servers, searchDomains }: DnsSettings): readonly string[][] {
  const everything = servers.length === 0 ? [] : ['~.'];
  const domains = [...everything, ...searchDomains];
  return [
    ...(domains.length === 0 ? [] : [['domain', device, ...domains]]),
    ...(servers.length === 0
      ? []
      : [
          ['default-route', device, 'true'],
          ['dns', device, ...servers],
        ]),
  ];
}
