import { isIP } from 'node:net';
import type { Anchor, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import type { ReportedDetail } from '#shared/report/report-schema.ts';
import { withDaemon, type ClientContext } from '../client-context.ts';
import { GatewayClient } from '../gateway/gateway-client.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';

/** Where a profile that registers addresses keeps them: separated by commas or white space. */
const ADDRESSES_FIELD = 'source_address';

export interface PublicAddress {
  /** Where the gateway saw the question come from. */
  readonly address: string;
  /**
   * A tunnel was up, or nobody could say: the question may have gone through it. Then this is the VPN server's address
   * and says nothing about this line.
   */
  readonly isThroughTunnel: boolean;
}

/**
 * Asks a gateway for the address that it sees, over the way that the fetcher takes at this moment. Nothing but the
 * question is sent, unsigned; the gateway does not learn whose it is.
 */
export async function askPublicAddress(context: ClientContext, anchor: Anchor): Promise<PublicAddress> {
  const { relaySocket, now } = context;
  const isThroughTunnel = await mayHaveTunnel(context);
  const { address } = await new GatewayClient({ anchor, relaySocket, now }).ask('publicAddress');
  if (isIP(address) === 0) throw gatewayError('gateway_answer_malformed', { detail: 'not an address' });
  // Before and after: it may have come up in between.
  return { address, isThroughTunnel: isThroughTunnel || (await mayHaveTunnel(context)) };
}

/**
 * The address of this line itself. While a tunnel is up, or may be, nothing is asked; undefined then, and where the answer
 * may have come through one after all.
 */
export async function askOutsideAddress(context: ClientContext, anchor: Anchor): Promise<string | undefined> {
  if (await mayHaveTunnel(context)) return undefined;
  const { address, isThroughTunnel } = await askPublicAddress(context, anchor);
  return isThroughTunnel ? undefined : address;
}

async function mayHaveTunnel(context: ClientContext): Promise<boolean> {
  try {
    return await withDaemon(context, (daemon) =>
      Promise.resolve(!['disconnected', 'blocked'].includes(daemon.status.state.kind)),
    );
  } catch (cause) {
    if (!(cause instanceof SanadError)) throw cause;
    // Without a service there is no tunnel of ours; one that does not tell us may have one.
    return cause.problem.code !== 'daemon_unreachable';
  }
}

/** The source addresses that the registrant gave; none where the rules ask for none, or the gateway does not tell. */
export function registeredAddresses({ fields }: RegistrationView): readonly string[] {
  return addressesIn(fields[ADDRESSES_FIELD] ?? '');
}

function addressesIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((address) => address !== '');
}

/** Those of a registration as the archive has them, without asking anybody: its file does not hold what was answered. */
export function archivedAddresses(details: readonly ReportedDetail[]): readonly string[] {
  const value = details.find(({ name }) => name === ADDRESSES_FIELD)?.value ?? '';
  // What was cut off may have cut an address in two.
  return addressesIn(value).filter((address) => isIP(address) !== 0);
}

/** Whether connections from there are what was registered; null where that cannot be said. */
export function isRegisteredAddress(
  view: RegistrationView,
  { address, isThroughTunnel }: PublicAddress,
): boolean | null {
  const registered = registeredAddresses(view);
  if (registered.length === 0 || isThroughTunnel) return null;
  // The gateway writes both in canonical form.
  return registered.some((one) => one.toLowerCase() === address.toLowerCase());
}
