import { accessSync, constants, readFileSync, realpathSync } from 'node:fs';
import { SanadError } from '#shared/contract/problem.ts';
import type { Dns, DnsSettings } from '../../../port/dns.ts';
import { runCommand } from '../command.ts';
import { platformError } from '../platform-problem.ts';
import { findProgram } from '../program.ts';
import { parseResolvConf, renderResolvConf } from './resolv-conf.ts';

const RESOLV_CONF = '/etc/resolv.conf';
/** All that resolvconf writes in the layout that docs/decision/0006 asks for. */
const STATE_DIRECTORY = '/run/resolvconf';

/** Name servers through openresolv's resolvconf(8). */
export class Resolvconf implements Dns {
  readonly #device: string;
  /** Whether there may be something to take back: at first an earlier run may have left it. */
  #mayBeSet = true;

  constructor(device: string) {
    this.#device = device;
  }

  /** Synchronous, and cheap: it is asked before each connect. */
  requireSupport(): void {
    this.#require();
  }

  async set(dns: DnsSettings): Promise<void> {
    if (dns.servers.length === 0 && dns.searchDomains.length === 0) return;
    const program = this.#require();
    this.#mayBeSet = true;
    // -m 0 -x, as wg-quick(8): before all others, and exclusively.
    const words = ['-a', this.#device, '-m', '0', '-x'];
    const outcome = await runCommand(program, words, renderResolvConf(dns));
    if (outcome.code !== 0) throw platformError('set_dns_failed', { detail: outcome.stderr });
  }

  async reset(): Promise<void> {
    if (!this.#mayBeSet) return;
    const program = this.#supported();
    // -f: that there is nothing to delete is no error. Where nothing could be set there is nothing to take back.
    const outcome = program === null ? { code: 0 } : await runCommand(program, ['-f', '-d', this.#device]);
    if (outcome.code !== 0) throw platformError('set_dns_failed');
    this.#mayBeSet = false;
  }

  servers(): readonly string[] {
    try {
      return parseResolvConf(readFileSync(RESOLV_CONF, 'utf8'));
    } catch {
      return []; // no such file: the C library would ask loopback, which is always open
    }
  }

  #supported(): string | null {
    try {
      return this.#require();
    } catch (cause) {
      if (cause instanceof SanadError) return null;
      throw cause;
    }
  }

  #require(): string {
    const program = findProgram('resolvconf');
    if (program === undefined) throw platformError('dns_unsupported', { detail: 'no resolvconf' });
    // Another name of resolvectl(1): systemd-resolved is spoken to in its own words.
    if (realpathSync(program).endsWith('resolvectl'))
      throw platformError('dns_unsupported', { detail: 'resolvconf is systemd-resolved' });
    try {
      accessSync(STATE_DIRECTORY, constants.W_OK);
    } catch (cause) {
      throw platformError('dns_unsupported', { detail: `no right to write ${STATE_DIRECTORY}`, cause });
    }
    return program;
  }
}
