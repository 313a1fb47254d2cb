import { answerSchema, type RegistrationView } from '#shared/contract/gateway-contract.ts';
import type { ClientContext } from '../client-context.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';
import { actOnce, forgetAct } from './act-once.ts';
import { gatewayOf, keepView } from './ask-case.ts';
import { registrationError } from './registration-problem.ts';
import type { StoredRegistration } from './stored-registration.ts';

export interface CaseAnswer {
  readonly text: string;
  /** Corrected fields; an empty text takes a field away. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Answers what a reviewer asked. The case is as the gateway has just told it. */
export async function answerQuestion(
  context: ClientContext,
  registration: StoredRegistration,
  answer: CaseAnswer,
): Promise<StoredRegistration> {
  const { id, thread } = registration.view;
  const text = answer.text.trim();
  const { configDirectory } = context;
  const name = `${id}.answer`;
  if (registration.view.state !== 'needs_information') {
    if (!isAnsweredWith(registration.view, text)) throw registrationError('nothing_asked');
    // It arrived at an earlier try, whose answer was lost.
    await forgetAct(configDirectory, name);
    return registration;
  }
  const { gateway, anchor } = await gatewayOf(context, registration);
  const fields = { ...answer.fields };
  return await actOnce({
    ...{ configDirectory, origin: anchor.origin, name },
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

function requireAnswered(view: RegistrationView, text: string): void {
  if (isAnsweredWith(view, text) && view.state !== 'needs_information') return;
  throw gatewayError('gateway_answer_unexpected', { detail: 'a case without the answer' });
}

/** The last that was said is this. */
function isAnsweredWith({ thread }: RegistrationView, text: string): boolean {
  const last = thread.at(-1);
  return last?.from === 'registrant' && last.text.trim() === text;
}
