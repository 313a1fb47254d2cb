import type { Answer } from '../client.ts';

/** A command's outcome, for a step that did not see what it should. */
export function describe(code: number | null, answer: Answer): string {
  return `exit code ${code}: ${JSON.stringify(answer)}`;
}

/** Why everything is blocked, as `sanad status` says it; undefined: it is not. */
export function blockedCause(answer: Answer): string | undefined {
  const status = answer['status'] as
    { readonly state: { readonly kind: string; readonly cause?: { readonly code: string } } } | undefined;
  return status?.state.kind === 'blocked' ? status.state.cause?.code : undefined;
}
