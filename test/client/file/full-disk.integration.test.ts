import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canMount, onSmallDisk } from '#test/small-disk.ts';

const program = join(import.meta.dirname, 'write-on-full-disk.ts');

describe.skipIf(!canMount)('a person’s full disk', () => {
  it('is a problem with a code, leaves the old file as it was and nothing half beside it', () => {
    expect(onSmallDisk(program)).toEqual({
      codes: ['written', 'file_not_written', 'written'],
      kept: { text: 'old' },
      left: ['filler', 'kept.json'],
    });
  });
});
