import { expect, it } from 'vitest';
import { assertNever } from '#daemon/core/assert-never.ts';

it('what no case handles is a defect that says what came', () => {
  expect(() => assertNever({ kind: 'unheard of' } as never)).toThrow('{"kind":"unheard of"}');
});
