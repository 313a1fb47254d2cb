import type * as z from 'zod';
import { parseOrigin } from '#shared/contract/anchor-file.ts';
import { gatewayRoutes, type Anchor } from '#shared/contract/gateway-contract.ts';
import { gatewayError } from '../../gateway/gateway-problem.ts';
import type { ClientContext } from '../../client-context.ts';

const CONNECT_MILLISECONDS = 5000;
const TOTAL_MILLISECONDS = 8000;

type PublicRoute = 'health' | 'publicAddress';
type PublicAnswer<R extends PublicRoute> = z.infer<(typeof gatewayRoutes)[R]['answer']>;

/** Asks a gateway what anybody may ask: unsigned, so that neither keychain nor name is needed. */
export async function askPublicly<R extends PublicRoute>(
  { relaySocket }: ClientContext,
  { anchor, route }: { readonly anchor: Anchor; readonly route: R },
): Promise<PublicAnswer<R>> {
  // Loaded when needed: HTTP and TLS take longer than everything else here.
  const { exchange } = await import('../../gateway/exchange.ts');
  const { method, path, answer: schema } = gatewayRoutes[route];
  const { status, body } = await exchange(
    {
      relaySocket,
      origin: parseOrigin(anchor.origin),
      tlsCa: anchor.tls_ca,
      connectMilliseconds: CONNECT_MILLISECONDS,
      totalMilliseconds: TOTAL_MILLISECONDS,
    },
    { method, path, headers: {}, body: undefined },
  );
  if (status !== 200) throw gatewayError('gateway_answer_status', { detail: `HTTP status ${status}` });
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) throw gatewayError('gateway_answer_malformed');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this very row's schema has just read it
  return parsed.data as PublicAnswer<R>;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined; // which no schema takes
  }
}
