import { describe, expect, test } from 'vitest';
import { FloorClock } from '#daemon/service/floor-clock.ts';

const BUILT = 1_800_000_000;

function makeClock(storedFloor = 0) {
  const machine = { wall: BUILT + 500, boot: 100 };
  const clock = { now: () => machine.wall, sinceBoot: () => machine.boot };
  return { machine, floor: new FloorClock({ clock, builtAt: BUILT, storedFloor }) };
}

describe('what is known to be past', () => {
  test('at first the build’s time, or what an earlier run has kept', () => {
    expect(makeClock().floor.read()).toEqual({ now: BUILT + 500, floor: BUILT });
    expect(makeClock(BUILT + 400).floor.read().floor).toBe(BUILT + 400);
    expect(makeClock(BUILT - 400).floor.read().floor).toBe(BUILT);
  });

  test('goes on with the time since boot, and not with the wall clock', () => {
    const { machine, floor } = makeClock();
    machine.boot += 30.5;
    machine.wall += 100_000;
    expect(floor.read()).toEqual({ now: BUILT + 100_500, floor: BUILT + 30 });
  });

  test('one wrong boot poisons nothing: only what was signed is kept', () => {
    const { machine, floor } = makeClock();
    machine.wall += 10 * 365 * 86_400;
    machine.boot += 60;
    expect(floor.signedAt).toBe(BUILT);
  });

  test('a newer signed time raises it, an older one does not', () => {
    const { machine, floor } = makeClock();
    expect(floor.learn(BUILT + 50)).toBe(true);
    machine.boot += 100;
    expect(floor.learn(BUILT + 149)).toBe(false);
    expect(floor.learn(BUILT + 150)).toBe(false);
    expect(floor.read().floor).toBe(BUILT + 150);
    expect(floor.learn(BUILT + 151)).toBe(true);
    expect(floor.signedAt).toBe(BUILT + 151);
  });
});
