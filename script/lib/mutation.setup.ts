import * as fc from 'fast-check';
import { inject } from 'vitest';

// That a property fails is all that is asked: looking for the smallest example takes most of the time.
fc.configureGlobal({ endOnFailure: true });

// The thread may have run another mutant before, and no mutant is on while a test file is read.
const stryker = inject('globalNamespace' as never) as unknown as string | undefined;
if (stryker !== undefined && inject('mutantActivation' as never) !== 'static') {
  const state = (globalThis as unknown as Record<string, { activeMutant?: string | undefined } | undefined>)[
    stryker
  ];
  if (state !== undefined) state.activeMutant = undefined;
}
