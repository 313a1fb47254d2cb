import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { Lane } from '../../../lane.ts';
import type { Network, NetworkState } from '../../../port/network.ts';
import { platformError, type PlatformProblemCode } from '../platform-problem.ts';
import { IpBatch } from './ip-batch.ts';
import {
  renderClear,
  renderFreshDevice,
  renderSet,
  type BatchFailure,
  type Family,
  type RoutingNames,
} from './ip-text.ts';

/**
 * Answers to marked packets are looked up with the mark too; without it a strict reverse path filter drops
 * them. wg-quick(8) sets the same.
 */
const SRC_VALID_MARK = '/proc/sys/net/ipv4/conf/all/src_valid_mark';

/** The Network port over one kept `ip` for each family; both families side by side. */
export class LinuxNetwork implements Network {
  readonly #names: RoutingNames;
  readonly #batches: ReadonlyMap<Family, IpBatch> = new Map([
    [4, new IpBatch(4)],
    [6, new IpBatch(6)],
  ]);
  /** Nothing of ours is there: what is to be set need not be taken away first. */
  #isClear = false;
  readonly #lane = new Lane();

  constructor(names: RoutingNames) {
    this.#names = names;
  }

  prepare(): Promise<void> {
    return this.#lane.run(async () => {
      await Promise.all([...this.#batches.values()].map((batch) => batch.restart()));
      await this.#batches.get(4)?.run(renderFreshDevice(this.#names));
      await this.#clearNow();
    });
  }

  set(state: NetworkState): Promise<void> {
    return this.#lane.run(async () => {
      if (!this.#isClear) await this.#clearNow();
      this.#isClear = false;
      trustMark();
      await this.#runAll((family) => renderSet(state, family, this.#names));
    });
  }

  clear(): Promise<void> {
    return this.#lane.run(() => this.#clearNow());
  }

  ownAddresses(): readonly string[] {
    const interfaces = Object.entries(networkInterfaces()).filter(([name]) => name !== this.#names.device);
    const addresses = interfaces.flatMap(([, found = []]) => found).filter(({ internal }) => !internal);
    return addresses.map(({ address }) => address).sort();
  }

  async close(): Promise<void> {
    await this.#lane.idle();
    await Promise.all([...this.#batches.values()].map((batch) => batch.close()));
  }

  async #clearNow(): Promise<void> {
    const clear = async (family: Family): Promise<void> => {
      await this.#run(family, renderClear(this.#names), 'clear_routes_failed');
    };
    await Promise.all(this.#families().map(clear));
    this.#isClear = true;
  }

  async #runAll(render: (family: Family) => readonly string[]): Promise<void> {
    const run = async (family: Family): Promise<void> => {
      const [failure] = await this.#run(family, render(family), 'set_routes_failed');
      if (failure !== undefined) throw platformError('set_routes_failed', { detail: failure.reason });
    };
    await Promise.all(this.#families().map(run));
  }

  async #run(
    family: Family,
    lines: readonly string[],
    code: PlatformProblemCode,
  ): Promise<readonly BatchFailure[]> {
    try {
      return (await this.#batches.get(family)?.run(lines)) ?? [];
    } catch (cause) {
      throw platformError(code, { cause });
    }
  }

  /** Where IPv6 is switched off there is nothing to route, and `ip` would refuse a configuration with both. */
  #families(): readonly Family[] {
    const disabled = `/proc/sys/net/ipv6/conf/${this.#names.device}/disable_ipv6`;
    return existsSync(disabled) && readFileSync(disabled, 'utf8').trim() === '0' ? [4, 6] : [4];
  }
}

/** Set at boot where the service itself may not write there (packaging/sysctl.d). */
function trustMark(): void {
  try {
    if (readFileSync(SRC_VALID_MARK, 'utf8').trim() === '1') return;
    writeFileSync(SRC_VALID_MARK, '1\n');
  } catch (cause) {
    throw platformError('set_routes_failed', { detail: 'src_valid_mark', cause });
  }
}
