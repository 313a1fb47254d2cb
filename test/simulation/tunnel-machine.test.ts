import { describe, expect, it } from 'vitest';
import { chanceFrom } from './chance.ts';
import { Simulation } from './simulation.ts';

/** `SANAD_SIMULATION_SEED=7 vitest ...` plays another game; more of them with `SANAD_SIMULATION_GAMES`. */
const firstSeed = Number(process.env['SANAD_SIMULATION_SEED'] ?? 1);
const games = Number(process.env['SANAD_SIMULATION_GAMES'] ?? 8);
const EVENTS_PER_GAME = 4000;

describe.each([
  ['where nothing fails', 0],
  ['where something fails now and then', 0.03],
  ['where every fifth thing fails', 0.2],
])('the tunnel machine in a world %s', (_name, faults) => {
  it('keeps every promise', () => {
    const seen = new Map<string, number>();
    for (let seed = firstSeed; seed < firstSeed + games; seed++) {
      for (const [name, count] of play(seed, faults)) seen.set(name, (seen.get(name) ?? 0) + count);
    }
    // A simulation that never got anywhere would prove nothing.
    const connectedAtLeast = games * EVENTS_PER_GAME * (faults > 0.1 ? 0.003 : 0.02);
    expect(seen.get('connected') ?? 0).toBeGreaterThan(connectedAtLeast);
    if (faults > 0) expect(seen.get('fault') ?? 0).toBeGreaterThan(games * EVENTS_PER_GAME * faults * 0.2);
    for (const kind of ['disconnected', 'disconnecting', 'connecting', 'blocked']) {
      expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(games * 5);
    }
    expect(seen.get('trouble') ?? 0).toBeGreaterThan(games);
    expect(seen.get('move') ?? 0).toBeGreaterThan(games);
    if (process.env['SANAD_SIMULATION_SAY'] !== undefined) console.log(faults, Object.fromEntries(seen));
  });
});

function play(seed: number, faults: number): ReadonlyMap<string, number> {
  const chance = chanceFrom(seed);
  const simulation = new Simulation({ chance, faults });
  try {
    while (simulation.events < EVENTS_PER_GAME) {
      simulation.go();
      if (chance.happens(0.005)) simulation.settle(chance.pick(['disconnect', 'connect'] as const));
    }
  } catch (cause) {
    throw new Error(`seed ${seed}, faults ${faults}`, { cause });
  }
  return simulation.seen;
}
