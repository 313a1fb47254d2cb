import { SanadError } from '#shared/contract/problem.ts';
import { GatewayRefusal, isDecided } from './read-answer.ts';

const passing: ReadonlySet<string> = new Set([
  ...['gateway_timeout', 'gateway_unreachable', 'name_unresolved', 'relay_unreachable', 'fetch_busy'],
  // Something in between answers instead of the gateway, as while it is restarted.
  'gateway_answer_status',
]);

/** Whether the gateway could not be asked, or could not answer, and another try in a while may go better. */
export function isPassing(cause: unknown): cause is SanadError {
  if (!(cause instanceof SanadError)) return false;
  // RFC 9110 section 15.6.2: 501 is what this gateway cannot do.
  if (cause instanceof GatewayRefusal) return !isDecided(cause) && cause.status !== 501;
  return passing.has(cause.problem.code);
}
