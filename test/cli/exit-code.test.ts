import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '#cli/exit-code.ts';
import { problemSchema } from '#shared/contract/problem-schema.ts';

describe('exit codes', () => {
  it('exist for every kind of problem that can cross a socket, as docs/cli.md promises', () => {
    const kinds = problemSchema.shape.kind.options;
    expect(Object.fromEntries(kinds.map((kind) => [kind, exitCodeOf(kind)]))).toEqual({
      usage: 2,
      daemon: 3,
      registration: 4,
      gateway: 5,
      keychain: 6,
      permission: 7,
      internal: 1,
    });
  });
});
