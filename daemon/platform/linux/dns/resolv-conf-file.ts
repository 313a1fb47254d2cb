import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { paths } from '#shared/contract/paths.ts';
import type { Dns, DnsSettings } from '../../../port/dns.ts';
import { writeFileAtomically } from '../../atomic-file.ts';
import { platformError } from '../platform-problem.ts';
import { isTunnelResolvConf, parseResolvConf, renderTunnelResolvConf } from './resolv-conf.ts';

interface ResolvConfFileOptions {
  readonly device: string;
  /** What /etc/resolv.conf leads to. */
  readonly file?: string;
  /** The system's own name servers. */
  readonly systemFile?: string;
}

/** Programs of every user read it. */
const MODE = 0o644;

/**
 * Name servers where nobody manages them: the administrator has linked /etc/resolv.conf to a file of ours and put what
 * was in it elsewhere (docs/decision/0006). Without a tunnel our file says the same as the administrator's.
 */
export class ResolvConfFile implements Dns {
  readonly #device: string;
  readonly #file: string;
  readonly #systemFile: string;
  /** The administrator's words as they were, should their file be gone when they are wanted back. */
  #before: string | null = null;

  constructor({ device, file, systemFile }: ResolvConfFileOptions) {
    this.#device = device;
    this.#file = file ?? paths.resolvConf;
    this.#systemFile = systemFile ?? paths.systemResolvConf;
  }

  requireSupport(): void {
    if (read(this.#systemFile) === null)
      throw platformError('dns_unsupported', { detail: `no ${this.#systemFile}` });
    try {
      accessSync(dirname(this.#file), constants.W_OK);
    } catch (cause) {
      throw platformError('dns_unsupported', {
        detail: `no right to write ${dirname(this.#file)}`,
        cause,
      });
    }
  }

  async set(dns: DnsSettings): Promise<void> {
    this.#before = read(this.#systemFile) ?? this.#before;
    // Search domains alone: names are still asked of the system's own.
    const servers = dns.servers.length > 0 ? dns.servers : this.servers();
    await this.#write(renderTunnelResolvConf({ ...dns, servers }, this.#device));
  }

  /** Looks instead of remembering: an earlier run may have left the tunnel's. */
  async reset(): Promise<void> {
    const now = read(this.#file);
    if (now !== null && isTunnelResolvConf(now))
      await this.#write(read(this.#systemFile) ?? this.#before ?? '');
  }

  servers(): readonly string[] {
    return parseResolvConf(read(this.#systemFile) ?? this.#before ?? '');
  }

  async #write(text: string): Promise<void> {
    try {
      await writeFileAtomically(this.#file, text, MODE);
    } catch (cause) {
      throw platformError('set_dns_failed', { detail: `cannot write ${this.#file}`, cause });
    }
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // absent, or not to be read: the callers say what that means
  }
}
