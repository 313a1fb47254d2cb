import {
  daemonMethods,
  type DaemonMethod,
  type DaemonParameters,
  type DaemonResult,
} from '#shared/contract/daemon-contract.ts';
import { serviceError } from './service-problem.ts';
import type { Session } from './session.ts';

/** One for each row of the contract; the compiler lists what is missing. */
export type Handlers = {
  readonly [M in DaemonMethod]: (
    parameters: DaemonParameters<M>,
    session: Session,
  ) => DaemonResult<M> | Promise<DaemonResult<M>>;
};

/** Answers a request by the contract's row: known, allowed, well formed, and only then carried out. */
export async function dispatch(
  handlers: Handlers,
  request: { readonly method: string; readonly parameters: unknown; readonly session: Session },
): Promise<unknown> {
  const { method, parameters, session } = request;
  if (!isMethod(method)) throw serviceError('method_unknown');
  if (daemonMethods[method].access === 'administer' && !session.isAdministrator)
    throw serviceError('not_administrator');
  return await call(handlers, method, { parameters, session });
}

async function call<M extends DaemonMethod>(
  handlers: Handlers,
  method: M,
  { parameters, session }: { readonly parameters: unknown; readonly session: Session },
): Promise<DaemonResult<M>> {
  const parsed = daemonMethods[method].parameters.safeParse(parameters);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    // The place only: what was there may be a key.
    throw serviceError('parameters_invalid', { detail: issue?.path.join('.') ?? '', cause: parsed.error });
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this very row's schema has just read it
  return await handlers[method](parsed.data as DaemonParameters<M>, session);
}

function isMethod(text: string): text is DaemonMethod {
  return Object.hasOwn(daemonMethods, text);
}
