import type { FetchResult } from '#shared/contract/fetch-contract.ts';

/**
 * sanad-fetch: the only way out while the firewall is closed. Every call ends within a bounded time; failures
 * are SanadErrors (`fetcher_unreachable`, or what the fetcher said).
 */
export interface Fetcher {
  get(uri: string, maxBytes: number): Promise<string>;
  /** Addresses of a host name; asked of these name servers first, then as the system does. */
  resolve(host: string, nameServers?: readonly string[]): Promise<readonly string[]>;
  resolveOrigins(): Promise<FetchResult<'resolveOrigins'>['origins']>;
  close(): void;
}
