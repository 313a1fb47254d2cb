import { setTimeout as sleep } from 'node:timers/promises';
import {
  caseEventSchemas,
  EVENTS_HEARTBEAT_SECONDS,
  gatewayRoutes,
  type RegistrationSummary,
} from '#shared/contract/gateway-contract.ts';
import { MessageLines } from '#shared/contract/message-lines.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { accessOf, type AccessOptions } from './case.ts';
import { commandError } from './problem.ts';
import { streamFromGateway, type ReviewerAccess } from './reviewer-client.ts';

const SILENCE_MILLISECONDS = 3 * EVENTS_HEARTBEAT_SECONDS * 1000;
const FIRST_PAUSE_MILLISECONDS = 1000;
const LONGEST_PAUSE_MILLISECONDS = 30_000;
/** A thousand cases, each with a note. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

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
  try {
    let fields: Record<string, string> = {};
    for await (const line of linesOf(stream)) {
      const [, name = '', value = ''] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
      if (line !== '') fields[name] = value;
      else if (fields['event'] === 'end') return;
      else {
        if (fields['event'] !== undefined) yield readEvent(fields);
        fields = {};
      }
    }
  } finally {
    stream.destroy();
  }
}

async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const lines = new MessageLines(MAX_LINE_BYTES);
  for await (const chunk of stream) yield* lines.push(chunk);
}

function readEvent({ event, data = '', id }: Readonly<Record<string, string>>): CaseEvent {
  try {
    const payload: unknown = JSON.parse(data);
    if (event === 'snapshot')
      return { id, cases: caseEventSchemas.snapshot.parse(payload).cases.toReversed() };
    return { id, cases: [caseEventSchemas.change.parse(payload).case] };
  } catch (error) {
    throw commandError('gateway_answer_malformed', { cause: error });
  }
}
