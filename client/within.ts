/** The work's answer, or the error once the time is over. The work itself may go on, unheard. */
export async function within<Answer>(
  milliseconds: number,
  work: Promise<Answer>,
  late: () => Error,
): Promise<Answer> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), milliseconds);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
