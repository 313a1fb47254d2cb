import { uptime } from 'node:os';
import type { Clock } from '../port/clock.ts';

/** On Linux `uptime` is CLOCK_BOOTTIME: it goes on while the machine sleeps and nobody can set it. */
export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  sinceBoot: () => uptime(),
};
