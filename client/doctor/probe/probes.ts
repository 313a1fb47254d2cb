/** How a file or folder lies there. null: it does not. */
export interface Entry {
  readonly uid: number;
  readonly mode: number;
  readonly isFolder: boolean;
}

/** systemd's words for a unit. */
export interface UnitState {
  /** loaded, not-found, ... */
  readonly load: string;
  /** active, inactive, failed, activating, ... */
  readonly active: string;
}

export type LookupResult =
  | { readonly kind: 'found'; readonly addresses: readonly string[] }
  /** The name servers say that there is no such name. */
  | { readonly kind: 'absent' }
  /** Nobody could say. */
  | { readonly kind: 'unanswered'; readonly cause: string };

/** What is looked at on the machine. Everything here only looks, ends in its time, and asks nobody anything. */
export interface Probes {
  readonly entry: (path: string) => Promise<Entry | null>;
  /** null: this machine has no systemd to ask. */
  readonly unit: (name: string) => Promise<UnitState | null>;
  readonly hasInterface: (name: string) => boolean;
  /** The firewall's tables as `family name`. null: only the administrator may look, or there is no nft. */
  readonly firewallTables: () => Promise<readonly string[] | null>;
  /** null: it cannot be read. */
  readonly resolvConf: () => Promise<string | null>;
  /** Whether whoever has this address answers as a name server does; whatever the answer is. */
  readonly answersAsNameServer: (address: string) => Promise<boolean>;
  /** As every program of this person would look it up. */
  readonly lookup: (host: string) => Promise<LookupResult>;
}
