import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerEvent } from '#shared/contract/event-lines.ts';
import { registrationEventSchemas, type RegistrationView } from '#shared/contract/gateway-contract.ts';
import type { Problem } from '#shared/contract/problem.ts';
import type { ClientContext } from '../client-context.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';
import { isPassing } from '../gateway/passing.ts';
import { gatewayOf, keepView } from './ask-case.ts';
import { settle, type Followed } from './follow.ts';
import type { StoredRegistration } from './stored-registration.ts';

const FIRST_PAUSE_MILLISECONDS = 1000;
const LONGEST_PAUSE_MILLISECONDS = 60_000;

export interface WatchOptions {
  /** Ends the watching. */
  readonly signal: AbortSignal;
  /** The gateway is away; it is tried again. */
  readonly onLost: (problem: Problem) => void;
  /** 0 to 1: so that not everybody comes back in the same second. */
  readonly random: () => number;
  readonly firstPauseMilliseconds?: number;
}

/**
 * A case as it is now and at every change, with its certificate once there is one to have. A lost connection is made
 * anew, after longer and longer pauses. Ends with the signal; throws what will not pass by itself.
 */
export async function* watchRegistration(
  context: ClientContext,
  registration: StoredRegistration,
  options: WatchOptions,
): AsyncGenerator<Followed> {
  const { signal, onLost } = options;
  let known = registration;
  let failures = 0;
  while (!signal.aborted) {
    try {
      for await (const followed of hear(context, known, signal)) {
        known = followed.registration;
        failures = 0;
        yield followed;
      }
      failures += 1;
    } catch (cause) {
      if (!isPassing(cause)) throw cause;
      failures += 1;
      onLost(cause.problem);
    }
    await pause(failures, options);
  }
}

/** One stream, until it ends. */
async function* hear(
  context: ClientContext,
  registration: StoredRegistration,
  signal: AbortSignal,
): AsyncGenerator<Followed> {
  const asked = await gatewayOf(context, registration);
  const { id } = registration.view;
  let known = registration;
  for await (const event of asked.gateway.events('registrationEvents', { id, signal })) {
    const change = readEvent(event);
    if (change === undefined) return;
    known = await keepView(context, known, change.view);
    // After a new attestation the certificate at hand is young and yet the former one's.
    const certificate = change.action === 'renew' ? 'renew' : 'due';
    const followed = await settle(context, asked, { registration: known, certificate });
    known = followed.registration;
    yield followed;
  }
}

interface Change {
  readonly view: RegistrationView;
  readonly action: string | undefined;
}

/** undefined: the gateway ends the stream. */
function readEvent({ type, data }: ServerEvent): Change | undefined {
  switch (type) {
    case 'snapshot':
      return { view: parsed(registrationEventSchemas.snapshot, data), action: undefined };
    case 'change': {
      const { registration: view, action } = parsed(registrationEventSchemas.change, data);
      return { view, action };
    }
    case 'end':
      return undefined;
    default:
      throw gatewayError('gateway_answer_malformed', { detail: 'an event of another kind' });
  }
}

interface Schema<Value> {
  safeParse(value: unknown): { readonly data?: Value | undefined };
}

function parsed<Value>(schema: Schema<Value>, data: string): Value {
  try {
    const value = schema.safeParse(JSON.parse(data)).data;
    if (value !== undefined) return value;
  } catch (cause) {
    throw gatewayError('gateway_answer_malformed', { cause });
  }
  throw gatewayError('gateway_answer_malformed');
}

async function pause(
  failures: number,
  { signal, random, firstPauseMilliseconds = FIRST_PAUSE_MILLISECONDS }: WatchOptions,
): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MILLISECONDS, firstPauseMilliseconds * 2 ** (failures - 1));
  const milliseconds = Math.round(longest * (0.5 + random() / 2));
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
