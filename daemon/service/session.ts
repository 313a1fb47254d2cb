import type { Nonces } from './nonces.ts';
import type { Viewer } from './status-view.ts';

/** Who is at the other end, as the kernel let them in; and the question put to them. */
export interface Session extends Viewer {
  readonly nonces: Nonces;
}
