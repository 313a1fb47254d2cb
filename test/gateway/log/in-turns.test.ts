import { setImmediate } from 'node:timers/promises';
import process from 'node:process';
import { expect, it } from 'vitest';
import { inTurns } from '#gateway/log/in-turns.ts';

function recording(): { readonly written: string[]; write(text: string): void } {
  const written: string[] = [];
  return { written, write: (text) => void written.push(text) };
}

it('lines of one turn are written once, in their order', async () => {
  const destination = recording();
  const log = inTurns(destination);
  log.write('a\n');
  log.write('b\n');
  expect(destination.written).toEqual([]);
  await setImmediate();
  log.write('c\n');
  await setImmediate();
  expect(destination.written).toEqual(['a\nb\n', 'c\n']);
});

it('lines of the last turn are written when the process ends', () => {
  const destination = recording();
  const before = process.listeners('exit');
  inTurns(destination).write('last\n');
  const flush = process.listeners('exit').find((listener) => !before.includes(listener));
  flush?.(0);
  expect(destination.written).toEqual(['last\n']);
});
