import { setTimeout as sleep } from 'node:timers/promises';
import { EventLines, type ServerEvent } from '#shared/contract/event-lines.ts';
import {
  caseEventSchemas,
  EVENTS_HEARTBEAT_SECONDS,
  gatewayRoutes,
  type RegistrationSummary,
} from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { accessOf, type AccessOptions } from './case.ts';
import { commandError } from './problem.ts';
import { streamFromGateway, type ReviewerAccess } from './reviewer-client.ts';

const SILENCE_MILLISECONDS = 3 * EVENTS_HEARTBEAT_SECONDS * 1000;
const FIRST_PAUSE_MILLISECONDS = 1000;
const LONGEST_PAUSE_MILLISECONDS = 30_000;
/** A thousand cases, each with a note. */
const MAX_EVENT_LENGTH = 8 * 1024 * 1024;

/** Every case once, oldest first, and then each that changes, until the process ends. A lost stream is taken up again. */
export async function watchCases(
  options: AccessOptions,
  tell: (summary: RegistrationSummary) => void,
): Promise<never> {
  const access = accessOf(options);
  let lastEventId: string | undefined;
  let pause = FIRST_PAUSE_MILLISECONDS;
  for (;;) {
    try {
      for await (const { id, cases } of events(access, lastEventId)) {
        lastEventId = id ?? lastEventId;
        pause = FIRST_PAUSE_MILLISECONDS;
        cases.forEach(tell);
      }
    } catch (error) {
      const isAway = error instanceof SanadError && error.problem.code === 'gateway_unreachable';
      // At first that is the answer; later a gateway that is started again.
      if (!isAway || lastEventId === undefined) throw error;
    }
    await sleep(pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
  }
}

interface CaseEvent {
  readonly id: string | undefined;
  readonly cases: readonly RegistrationSummary[];
}

async function* events(access: ReviewerAccess, lastEventId: string | undefined): AsyncGenerator<CaseEvent> {
  const stream = await streamFromGateway(access, {
    path: gatewayRoutes.caseEvents.path,
    silenceMilliseconds: SILENCE_MILLISECONDS,
    ...(lastEventId === undefined ? {} : { lastEventId }),
  });
  const lines = new EventLines({ maxLength: MAX_EVENT_LENGTH, tooLarge: malformed });
  try {
    for await (const chunk of stream) {
      for (const event of lines.push(chunk)) {
        if (event.type === 'end') return;
        yield readEvent(event);
      }
    }
  } finally {
    stream.destroy();
  }
}

function malformed(cause?: unknown): SanadError {
  return commandError('gateway_answer_malformed', { cause });
}

function readEvent({ type, data, id }: ServerEvent): CaseEvent {
  try {
    const payload: unknown = JSON.parse(data);
    if (type === 'snapshot')
      return { id, cases: caseEventSchemas.snapshot.parse(payload).cases.toReversed() };
    return { id, cases: [caseEventSchemas.change.parse(payload).case] };
  } catch (error) {
    throw malformed(error);
  }
}
