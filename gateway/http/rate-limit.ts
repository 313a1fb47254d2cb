import ipaddr from 'ipaddr.js';

export interface Rate {
  /** So many at once, */
  readonly burst: number;
  /** and then one in so many seconds. */
  readonly secondsForOne: number;
}

/** About 1 MB of memory at most; beyond it the key longest unheard of is forgotten. */
const MAX_KEYS = 10_000;

interface Bucket {
  readonly left: number;
  readonly at: number;
}

/**
 * A bucket for each key that refills steadily. Kept in this process's memory alone and for no longer than it counts, since
 * addresses and device keys are personal data: two front ends each count what they see.
 */
export class RateLimit {
  readonly #rate: Rate;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Takes one; false where there is none left. `now` in seconds. */
  take(key: string, now: number): boolean {
    const left = this.#leftOf(key, now);
    // Set anew, so that the map's order is that of use.
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: Math.max(left - 1, 0), at: now });
    this.#forgetOldest();
    return left >= 1;
  }

  #leftOf(key: string, now: number): number {
    const { burst, secondsForOne } = this.#rate;
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return burst;
    return Math.min(burst, bucket.left + Math.max(now - bucket.at, 0) / secondsForOne);
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_KEYS && oldest !== undefined) this.#buckets.delete(oldest);
  }
}

/**
 * Who an address is counted as: one IPv4 address, or one IPv6 network as providers hand them out. Undefined for this
 * machine itself, where the operator's own tools run, and where there is no address.
 */
export function addressKey(address: string | undefined): string | undefined {
  // The proxy's own, for every request behind one: not worth parsing each time.
  if (address === undefined || address === '127.0.0.1' || !ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'loopback') return undefined;
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
