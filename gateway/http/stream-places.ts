import { httpError } from './problem.ts';

/** Apart: devices are as many as there are registrants, and must not keep reviewers out. */
const MAX_STREAMS = { device: 256, reviewer: 64 } as const;
const MAX_STREAMS_OF_A_KEY = 4;

export type Listener = keyof typeof MAX_STREAMS;

/**
 * Who has a stream of events, or has asked for one: a place is taken before anything is waited for, or many that ask at once
 * would all find room.
 */
export class StreamPlaces {
  readonly #taken: Readonly<Record<Listener, string[]>> = { device: [], reviewer: [] };

  /** Gives what gives the place back, once, however often it is called. */
  take(listener: Listener, key: string): () => void {
    const taken = this.#taken[listener];
    const ofKey = taken.filter((one) => one === key).length;
    if (taken.length >= MAX_STREAMS[listener] || ofKey >= MAX_STREAMS_OF_A_KEY) {
      throw httpError('too_many_streams');
    }
    taken.push(key);
    let isTaken = true;
    return () => {
      if (isTaken) taken.splice(taken.indexOf(key), 1);
      isTaken = false;
    };
  }
}
