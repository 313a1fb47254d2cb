import {
  gatewayRoutes,
  problemDocumentSchema,
  type GatewayRoute,
} from '#shared/contract/gateway-contract.ts';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import { CONTENT_TYPE, JWS_CONTENT_TYPE, PROBLEM_CONTENT_TYPE } from '#shared/contract/request-signature.ts';
import type { ExchangeAnswer } from './exchange.ts';
import { gatewayError } from './gateway-problem.ts';

/** The gateway has read the request and says no. */
export class GatewayRefusal extends SanadError {
  /** RFC 9110 section 15. */
  readonly status: number;

  constructor(problem: Problem, status: number) {
    super(problem);
    this.name = 'GatewayRefusal';
    this.status = status;
  }
}

/** Whether the gateway has decided about the request, so that the same one again is of no use. */
export function isDecided(cause: unknown): boolean {
  // RFC 9110 section 15.5.9, RFC 6585 section 4: those two ask to come again.
  return cause instanceof GatewayRefusal && cause.status < 500 && ![408, 429].includes(cause.status);
}

/** A plain answer in the form that its row in the contract has, or the refusal that it is. */
export function readPlainAnswer(route: GatewayRoute, answer: ExchangeAnswer): unknown {
  if (answer.status < 200 || answer.status > 299) throw refusalOf(answer);
  const { answer: schema } = gatewayRoutes[route];
  if (typeof schema === 'string') throw gatewayError('gateway_answer_malformed');
  const value: unknown = schema === null ? jwsOf(answer) : schema.safeParse(jsonOf(answer)).data;
  if (value === undefined) throw gatewayError('gateway_answer_malformed');
  return value;
}

/** RFC 9457. Its words are the gateway's: shown as such, and only as long as a sentence. */
export function refusalOf(answer: ExchangeAnswer): SanadError {
  const isProblem = answer.contentType === PROBLEM_CONTENT_TYPE;
  const parsed = problemDocumentSchema.safeParse(isProblem ? parseJson(answer) : undefined);
  if (!parsed.success || !/^[a-z0-9_]{1,64}$/.test(parsed.data.code)) {
    return gatewayError('gateway_answer_status', { detail: `HTTP status ${answer.status}` });
  }
  const { code, detail, next_action: nextAction } = parsed.data;
  const problem: Problem = {
    kind: 'gateway',
    code,
    reason: `The gateway says: ${detail.slice(0, 2000)}`,
    nextAction: `The gateway advises: ${nextAction.slice(0, 2000)}`,
  };
  return new GatewayRefusal(problem, answer.status);
}

function jwsOf({ contentType, body }: ExchangeAnswer): string | undefined {
  return contentType === JWS_CONTENT_TYPE ? body.toString('latin1') : undefined;
}

function jsonOf(answer: ExchangeAnswer): unknown {
  return answer.contentType === CONTENT_TYPE ? parseJson(answer) : undefined;
}

function parseJson({ body }: ExchangeAnswer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw gatewayError('gateway_answer_malformed', { cause });
  }
}
