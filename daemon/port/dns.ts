/** The system's resolver configuration. */
export interface Dns {
  /** Throws SanadError `dns_unsupported` where a tunnel's name servers could not be set; changes nothing. */
  requireSupport(): void;
  /** Only these are asked from now on. Throws SanadError `set_dns_failed`. */
  set(dns: DnsSettings): Promise<void>;
  /** Back to the system's own. Safe to repeat; where there is nothing to take back, nothing happens. */
  reset(): Promise<void>;
  /** Addresses of the name servers in use now. */
  servers(): readonly string[];
}

export interface DnsSettings {
  readonly servers: readonly string[];
  readonly searchDomains: readonly string[];
}
