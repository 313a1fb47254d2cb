import type { DecisionClaim } from '#shared/contract/gateway-contract.ts';
import { MAX_DECLARATION_LIFETIME_SECONDS } from '#shared/registration/declaration.ts';
import { utcDay } from '#shared/text/utc-day.ts';
import type { StoredTunnel } from '../tunnel/stored-tunnel.ts';
import { endpointsOf } from './read-certificate.ts';

interface Stated {
  readonly tunnel: StoredTunnel;
  readonly decision: DecisionClaim;
}

/** What a person states, in plain words: a paragraph each. What they agree to, and what is kept of it. */
export function statementOf({ tunnel, decision }: Stated): readonly string[] {
  const servers = endpointsOf(tunnel).map(({ host, port }) => `${host}, port ${port}`);
  const { authority, profile, route, category, decided_at, valid_until } = decision;
  const until = valid_until === undefined ? '' : `, valid until ${utcDay(valid_until - 1)}`;
  const days = MAX_DECLARATION_LIFETIME_SECONDS / 86_400;
  return [
    `I state that ${authority} decided on ${utcDay(decided_at)} that my use of these VPN servers is registered${until}: ${servers.join('; ')}.`,
    `The rules are ${profile}, route ${route}, category ${category}.`,
    'Nobody has confirmed this; I answer for it being true.',
    `It is signed with this computer’s key, counts on this computer alone, only where its administrator accepts it, and for at most ${days} days; then I have to state it again.`,
  ];
}
