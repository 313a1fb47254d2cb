import type { FetchResult } from '#shared/contract/fetch-contract.ts';

/**
 * sanad-fetch: the only way out while the firewall is closed. Every call ends within a bounded time; failures
 * are SanadErrors (`fetcher_unreachable`, or what the fetcher said).
 */
export interface Fetcher {
  get(uri: string, maxBytes: number): Promise<string>;
  /** Addresses of a host name. */
  resolve(host: string): Promise<readonly string[]>;
  resolveOrigins(): Promise<FetchResult<'resolveOrigins'>['origins']>;
  close(): void;
}
