import type * as z from 'zod';
import { gatewayRoutes, WITHDRAWAL_TYPE, type Withdrawal } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import type { ClientContext } from '../client-context.ts';
import { signCompact } from '../device/sign-compact.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';
import { actOnce } from './act-once.ts';
import { gatewayOf, keepView } from './ask-case.ts';
import type { StoredRegistration } from './stored-registration.ts';

interface WithdrawOptions {
  /** For the reviewers to read. */
  readonly note: string | undefined;
}

/**
 * Withdraws an open case, or ends a registration, with a statement that this computer's key signs: the gateway alone
 * could not end it.
 */
export async function withdraw(
  context: ClientContext,
  registration: StoredRegistration,
  options: WithdrawOptions,
): Promise<StoredRegistration> {
  try {
    return await sendWithdrawal(context, registration, options);
  } catch (cause) {
    // A statement kept from an earlier try has become too old without ever having arrived: sign it anew.
    const isOld = cause instanceof SanadError && cause.problem.code === 'withdrawal_not_fresh';
    if (!isOld) throw cause;
    return await sendWithdrawal(context, registration, options);
  }
}

async function sendWithdrawal(
  context: ClientContext,
  registration: StoredRegistration,
  { note }: WithdrawOptions,
): Promise<StoredRegistration> {
  const { gateway, anchor, key } = await gatewayOf(context, registration);
  const { id } = registration.view;
  const claims: Withdrawal = { ver: 1, iss: anchor.origin, sub: id, iat: context.now() };
  return await actOnce({
    configDirectory: context.configDirectory,
    origin: anchor.origin,
    name: `${id}.withdrawal`,
    intent: { note },
    body: gatewayRoutes.withdraw.body,
    compose: (): z.infer<typeof gatewayRoutes.withdraw.body> => ({
      withdrawal: signCompact(key, { typ: WITHDRAWAL_TYPE, claims }),
      ...(note === undefined ? {} : { note }),
    }),
    send: async ({ body, idempotencyKey }) => {
      const view = await gateway.ask('withdraw', { id, body, idempotencyKey });
      if (view.state !== 'withdrawn' && view.state !== 'ended') {
        throw gatewayError('gateway_answer_unexpected', { detail: `still ${view.state}` });
      }
      return await keepView(context, registration, view);
    },
  });
}
