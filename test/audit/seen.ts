import { capture, outsideTunnelAndFetcher } from '#test/lab/capture.ts';
import type { Person } from '#test/lab/client.ts';
import { inHost } from '#test/lab/network.ts';
import { until } from '#test/lab/process.ts';

export interface Seen {
  readonly kind: string;
  readonly tunnel?: string | null;
  readonly cause?: { readonly code: string };
}

/** The state as this person is shown it. */
export async function stateSeenBy(person: Person): Promise<Seen> {
  const { answer } = await person.json('status');
  return (answer['status'] as { readonly state: Seen }).state;
}

/** Waits until the daemon is blocked, and says why. */
export async function blockedBecause(person: Person, deadlineMilliseconds = 15_000): Promise<string> {
  let cause = '';
  const isBlocked = async (): Promise<boolean> => {
    const state = await stateSeenBy(person);
    cause = state.cause?.code ?? '';
    return state.kind === 'blocked';
  };
  await until('blocked', isBlocked, deadlineMilliseconds);
  return cause;
}

/** What the router sees of the client outside the tunnel while something is done. */
export async function leakedDuring(
  name: string,
  act: () => Promise<unknown>,
  filter = outsideTunnelAndFetcher,
): Promise<readonly string[]> {
  const watch = await capture('router', 'c0', name);
  await act();
  return await watch.stop(filter);
}

export const clientRules = (): string => inHost('client', 'nft', ['list', 'ruleset']);
