import type {
  gatewayRoutes,
  GatewayAnswer,
  GatewayBody,
  PlainRoute,
} from '#shared/contract/gateway-contract.ts';
import type { Commit, Committed } from './commit.ts';

type Routes = typeof gatewayRoutes;
type PublicRoute = {
  [R in PlainRoute]: Routes[R]['signedBy'] extends 'nobody' ? R : never;
}[PlainRoute];
type SignedRoute = Exclude<PlainRoute, PublicRoute>;

/** A request whose signature was verified and whose body has the form of its route. */
export interface SignedCall<Body> {
  /** From the path; a UUID. Empty on routes without one. */
  readonly id: string;
  /** From the path, where there is one: a UUID. */
  readonly document: string;
  /** From the path, where there is one: a UUID. */
  readonly upload: string;
  readonly body: Body;
  /** Thumbprint of the key that signed. */
  readonly signer: string;
  readonly now: number;
  readonly commit: Commit;
}

/** A request that nobody signed. */
export interface PublicCall {
  /** From the path, where there is one: a profile's name, or name and version. */
  readonly profile: string;
  /** undefined: nobody knows. */
  readonly clientAddress: () => string | undefined;
}

/** One handler a route. A new row in the contract does not compile until it is handled here. */
export type Handlers = {
  readonly [R in PublicRoute]: (call: PublicCall) => Promise<GatewayAnswer<R>>;
} & {
  readonly [R in SignedRoute]: (call: SignedCall<GatewayBody<R>>) => Promise<Committed<GatewayAnswer<R>>>;
};
