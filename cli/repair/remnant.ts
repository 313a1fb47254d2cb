/** Something of Sanad's that was found on the machine. */
export interface Remnant {
  readonly kind: RemnantKind;
  /** Which one, as people of the trade name it. */
  readonly name: string;
  /** Safe to repeat; that it is gone already is no failure. */
  readonly remove: () => Promise<void>;
}

/** In the order in which they are taken away: the wish first, so that no service that starts meanwhile acts on it;
 * then the tunnel; the firewall last, so that nothing leaves past half a tunnel. */
export const remnantKinds = [
  'state_directory',
  'target',
  'interface',
  'wireguard_process',
  'routing_rule',
  'routes',
  'name_servers',
  'firewall_table',
  'socket',
] as const;
export type RemnantKind = (typeof remnantKinds)[number];

/** A running service, disconnected, still has these, and needs them. */
export const keptByService: ReadonlySet<RemnantKind> = new Set(['interface', 'wireguard_process', 'socket']);

/** A connect puts these up, and one may come at any moment: never taken away under a running service. */
export const heldByService: ReadonlySet<RemnantKind> = new Set([
  'target',
  'routing_rule',
  'routes',
  'name_servers',
  'firewall_table',
]);

/** One place to look at. Rejects where it cannot be looked at. */
export interface Place {
  readonly kind: RemnantKind;
  readonly look: () => Promise<readonly Remnant[]>;
}

/** The machine, as far as repairing it goes. */
export interface RepairMachine {
  readonly places: readonly Place[];
  /** Whether a process of the service lives, though it may not answer. */
  readonly isServiceAlive: () => Promise<boolean>;
}

export interface Outcome {
  readonly kind: RemnantKind;
  readonly name: string;
  readonly outcome: 'removed' | 'would_remove' | 'failed';
  /** Why it failed, in the system's words. */
  readonly detail?: string;
}
