import { SanadError } from '#shared/contract/problem.ts';

/** The code of the SanadError that `act` throws; fails on anything else. */
export function problemCode(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SanadError) return error.problem.code;
    throw error;
  }
  return 'nothing thrown';
}
