import { FETCH_TIMEOUT_MILLISECONDS } from '#shared/contract/fetch-contract.ts';
import { fetchError, type FetchProblemCode } from './problems.ts';

/** The work's answer, or the problem once the fetcher's time is over. The work itself may go on, unheard. */
export async function deadline<Answer>(work: Promise<Answer>, code: FetchProblemCode): Promise<Answer> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(fetchError(code, { detail: 'no answer in time' })),
    FETCH_TIMEOUT_MILLISECONDS,
  );
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
