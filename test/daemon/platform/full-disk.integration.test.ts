import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canMount, onSmallDisk } from '#test/small-disk.ts';

const program = join(import.meta.dirname, 'keep-on-full-disk.ts');

describe.skipIf(!canMount)('the service’s full disk', () => {
  it('every write says so, what was there is there whole, and with room it is written', () => {
    const all = ['target', 'memory', 'key-set', 'status-list'];
    expect(onSmallDisk(program)).toEqual({
      before: Object.fromEntries(all.map((what) => [what, 'written'])),
      full: Object.fromEntries([...all, 'another status-list'].map((what) => [what, 'state_write_failed'])),
      kept: { target: 'unprotected', floor: 1, 'key-set': ['old'], 'status-list': ['old'] },
      halves: [],
      after: Object.fromEntries(all.map((what) => [what, 'written'])),
      now: { target: 'protected', floor: 2, 'key-set': ['new'], 'status-list': ['new'] },
    });
  });
});
