import ipaddr from 'ipaddr.js';

/** Far more than an office behind one address submits, far less than fills a disk or a reviewer's list. */
const BURST = 60;
const SECONDS_FOR_ONE = 60;
/** 1 MB of memory at most; beyond it the address longest unheard of is forgotten. */
const MAX_ADDRESSES = 10_000;

interface Bucket {
  readonly left: number;
  readonly at: number;
}

/**
 * How often one address may submit: a submission needs no more than a key, and everybody can make keys. Kept in
 * memory alone and for no longer than it counts, since addresses are personal data.
 */
export class SubmissionLimit {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes one; false where there is none left. `now` in seconds. */
  take(address: string | undefined, now: number): boolean {
    const key = keyOf(address);
    if (key === undefined) return true;
    const left = this.#leftOf(key, now);
    // Set anew, so that the map's order is that of use.
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: Math.max(left - 1, 0), at: now });
    this.#forgetOldest();
    return left >= 1;
  }

  #leftOf(key: string, now: number): number {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return BURST;
    return Math.min(BURST, bucket.left + Math.max(now - bucket.at, 0) / SECONDS_FOR_ONE);
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_ADDRESSES && oldest !== undefined) this.#buckets.delete(oldest);
  }
}

/** One IPv4 address, or one IPv6 network as providers hand them out; undefined for this machine itself, a proxy. */
function keyOf(address: string | undefined): string | undefined {
  if (address === undefined || !ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'loopback') return undefined;
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
