import { answerSchema, type RegistrationView } from '#shared/contract/gateway-contract.ts';
import type { ClientContext } from '../client-context.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';
import { actOnce } from './act-once.ts';
import { gatewayOf, keepView } from './ask-case.ts';
import type { StoredRegistration } from './stored-registration.ts';

export interface CaseAnswer {
  readonly text: string;
  /** Corrected fields; an empty text takes a field away. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Answers what a reviewer asked. */
export async function answerQuestion(
  context: ClientContext,
  registration: StoredRegistration,
  answer: CaseAnswer,
): Promise<StoredRegistration> {
  const { gateway, anchor } = await gatewayOf(context, registration);
  const { id, thread } = registration.view;
  const text = answer.text.trim();
  const fields = { ...answer.fields };
  return await actOnce({
    configDirectory: context.configDirectory,
    origin: anchor.origin,
    name: `${id}.answer`,
    // The same words to another question are another answer.
    intent: { text, fields, to: thread.at(-1)?.sequence ?? null },
    body: answerSchema,
    compose: () => ({ text, fields }),
    send: async ({ body, idempotencyKey }) => {
      const view = await gateway.ask('answer', { id, body, idempotencyKey });
      requireAnswered(view, text);
      return await keepView(context, registration, view);
    },
  });
}

function requireAnswered({ state, thread }: RegistrationView, text: string): void {
  const hasIt = thread.some((message) => message.from === 'registrant' && message.text.trim() === text);
  if (hasIt && state !== 'needs_information') return;
  throw gatewayError('gateway_answer_unexpected', { detail: 'a case without the answer' });
}
