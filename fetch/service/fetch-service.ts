import type { z } from 'zod';
import {
  FETCH_TIMEOUT_MILLISECONDS,
  fetchMethods,
  type fetchRequestSchema,
  type FetchMessage,
  type FetchMethod,
  type FetchResult,
} from '#shared/contract/fetch-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import type { AnchoredOrigins } from '../origin/anchored-origins.ts';
import type { ResolveName } from '../origin/resolve-name.ts';
import { fetchError } from '../problems.ts';
import { getFile } from './get-file.ts';

interface FetchServiceOptions {
  readonly origins: AnchoredOrigins;
  readonly resolveName: ResolveName;
  readonly timeoutMilliseconds?: number;
}

type Handler<Result> = (parameters: unknown) => Promise<Result>;
type Handlers = { readonly [M in FetchMethod]: Handler<FetchResult<M>> };

/** Answers one request of the daemon; whatever happens is an answer. */
export type AnswerRequest = (request: z.infer<typeof fetchRequestSchema>) => Promise<FetchMessage>;

export function createFetchService(options: FetchServiceOptions): AnswerRequest {
  const { origins, resolveName, timeoutMilliseconds = FETCH_TIMEOUT_MILLISECONDS } = options;
  const { get, resolve, resolveOrigins } = fetchMethods;
  const handlers: Handlers = {
    get: handle(get.parameters, async (asked) => ({
      body: await getFile({ ...asked, origins, timeoutMilliseconds }),
    })),
    resolve: handle(resolve.parameters, async ({ host, nameServers }) => ({
      addresses: [...(await resolveName(host, nameServers))],
    })),
    resolveOrigins: handle(resolveOrigins.parameters, async () => ({
      origins: [...(await origins.resolveAll())],
    })),
  };
  return async ({ id, method, parameters }) => {
    try {
      if (!isMethod(method)) throw fetchError('fetch_request_malformed', { detail: 'unknown method' });
      return { id, result: await handlers[method](parameters) };
    } catch (cause) {
      const error = cause instanceof SanadError ? cause : fetchError('fetch_failed', { cause });
      return { id, problem: error.problem };
    }
  };
}

function handle<Schema extends z.ZodType, Result>(
  schema: Schema,
  work: (parameters: z.infer<Schema>) => Promise<Result>,
): Handler<Result> {
  return async (parameters) => {
    const parsed = schema.safeParse(parameters);
    if (!parsed.success) throw fetchError('fetch_request_malformed', { cause: parsed.error });
    return await work(parsed.data);
  };
}

function isMethod(method: string): method is FetchMethod {
  return Object.hasOwn(fetchMethods, method);
}
