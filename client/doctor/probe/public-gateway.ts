import type { Anchor } from '#shared/contract/gateway-contract.ts';
import type { ClientContext } from '../../client-context.ts';
import { GatewayClient } from '../../gateway/gateway-client.ts';

/** Shorter than elsewhere: a gateway that hangs is to be told of before the check's own time is over. */
const CONNECT_MILLISECONDS = 5000;
const TOTAL_MILLISECONDS = 8000;

/** For what anybody may ask: unsigned, so that neither keychain nor name is needed. */
export function publicGateway({ relaySocket, now }: ClientContext, anchor: Anchor): GatewayClient {
  const patience = { connectMilliseconds: CONNECT_MILLISECONDS, totalMilliseconds: TOTAL_MILLISECONDS };
  return new GatewayClient({ anchor, relaySocket, now, ...patience });
}
