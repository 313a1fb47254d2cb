import {
  caseEventSchemas,
  EVENTS_HEARTBEAT_SECONDS,
  registrationEventSchemas,
  type RegistrationSummary,
} from '#shared/contract/gateway-contract.ts';
import { changesAfter, summariesFor, type RegistrationChange } from '../case/watch.ts';
import { changedSince, lastSequences } from '../storage/audit-store.ts';
import { asStorageProblem } from '../storage/problem.ts';
import type { EndReason, EventStream, StreamEvent } from './event-stream.ts';
import type { Services } from './services.ts';

const POLL_MILLISECONDS = 1000;
const MAX_AGE_SECONDS = 3600;
/** Longer than a transaction takes and than clocks of front ends differ: what is younger may still turn up. */
const SLACK_SECONDS = 60;
/** More at once is told as a new snapshot. */
const MAX_CHANGES = 1000;

/** Of each registration, the last place in its history. */
export type Histories = ReadonlyMap<string, number>;

type WatcherServices = Pick<Services, 'database' | 'now' | 'log'>;

interface Watcher {
  readonly stream: EventStream;
  /** Gives its place back. */
  readonly leave: () => void;
  /** Undefined: every case. */
  readonly registration: string | undefined;
  /** Of every case: the last entry of each history that had changed lately, as far as it was told. */
  told: Histories;
  /** Place in the registration's history that was told last. */
  sequence: number;
  readonly since: number;
}

/**
 * Tells those who watch of each change, also of one that another front end has made: the histories in the database are
 * looked at every second, and at once after a change of our own. No counter is kept for it: one row that every change
 * writes would have all of them wait for each other.
 */
export class Watchers {
  readonly #services: WatcherServices;
  readonly #watchers = new Set<Watcher>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #wasPoked = false;
  #isClosed = false;
  #beats = 0;

  constructor(services: WatcherServices) {
    this.#services = services;
  }

  /** From now on, where `sequence` was told last. */
  watchRegistration(
    of: Omit<Watcher, 'since' | 'registration' | 'told'> & { readonly registration: string },
  ): void {
    this.#add({ ...of, told: new Map(), since: this.#services.now() });
  }

  /** From now on, where `told` is what `recentHistories` gave before its snapshot was read. */
  watchCases(of: Pick<Watcher, 'stream' | 'leave' | 'told'>): void {
    this.#add({ ...of, registration: undefined, sequence: 0, since: this.#services.now() });
  }

  /** Something has changed here. */
  poke(): void {
    if (this.#watchers.size === 0 || this.#wasPoked) return;
    this.#wasPoked = true;
    this.#look();
  }

  /** Ends every stream, those too that are still being answered; for a shutdown. */
  close(): void {
    this.#isClosed = true;
    for (const watcher of this.#watchers) this.#end(watcher, 'shutdown');
  }

  /** When nothing is asked of the database any more. */
  async settled(): Promise<void> {
    await this.#looking;
  }

  #add(watcher: Watcher): void {
    watcher.stream.onClosed(() => {
      this.#drop(watcher);
    });
    // Its client may have gone away while its request was answered: nothing tells of that any more.
    if (!watcher.stream.isOpen) {
      watcher.leave();
      return;
    }
    this.#watchers.add(watcher);
    if (this.#isClosed) {
      this.#end(watcher, 'shutdown');
      return;
    }
    this.#timer ??= setInterval(() => {
      this.#beat();
      this.#look();
    }, POLL_MILLISECONDS).unref();
    // What happened since its snapshot was read.
    this.#look();
  }

  /** Whether or not its client has heard the end: it is told nothing any more. */
  #end(watcher: Watcher, reason: EndReason): void {
    watcher.stream.end(reason);
    this.#drop(watcher);
  }

  #drop(watcher: Watcher): void {
    // Its end was written, and then its connection closed.
    if (!this.#watchers.delete(watcher)) return;
    watcher.leave();
    if (this.#watchers.size === 0) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #beat(): void {
    const isDue = ++this.#beats % EVENTS_HEARTBEAT_SECONDS === 0;
    const oldest = this.#services.now() - MAX_AGE_SECONDS;
    for (const watcher of this.#watchers) {
      if (watcher.since < oldest) this.#end(watcher, 'age');
      else if (isDue) watcher.stream.heartbeat();
    }
  }

  /** One look after the other; those asked for meanwhile are one. */
  #look(): void {
    this.#looking = this.#looking.then(async () => {
      this.#wasPoked = false;
      try {
        await this.#tellRegistrations();
        await this.#tellCases();
      } catch (error) {
        this.#services.log({ event: 'trouble', at: 'event', error: asStorageProblem(error) });
      }
    });
  }

  async #tellRegistrations(): Promise<void> {
    const { database } = this.#services;
    const watchers = [...this.#watchers].filter(({ registration }) => registration !== undefined);
    const ids = [...new Set(watchers.map(({ registration }) => registration ?? ''))];
    const last = await lastSequences(database, ids);
    for (const watcher of watchers) {
      const { registration: id = '', sequence, stream } = watcher;
      if ((last.get(id) ?? 0) <= sequence) continue;
      const events = (await changesAfter(database, { id, sequence })).map(changeEvent);
      stream.send(events);
      watcher.sequence = events.at(-1)?.id ?? sequence;
    }
  }

  async #tellCases(): Promise<void> {
    const { database, now } = this.#services;
    const watchers = [...this.#watchers].filter(({ registration }) => registration === undefined);
    if (watchers.length === 0) return;
    const at = now();
    const recent = await recentHistories(this.#services);
    const changedFor = new Map(watchers.map((watcher) => [watcher, longerThan(watcher.told, recent)]));
    const changed = [...new Set([...changedFor.values()].flat())];
    const summaries = await summariesFor(database, changed);
    const events = new Map(summaries.map((summary) => [summary.id, caseEvent(summary, at)]));
    for (const [watcher, ids] of changedFor) {
      // Too many to be sure of having seen all: told anew from the start, by the client's asking again.
      if (ids.length >= MAX_CHANGES) this.#end(watcher, 'behind');
      else watcher.stream.send(ids.flatMap((id) => events.get(id) ?? []));
      watcher.told = recent;
    }
  }
}

/** Take it before a snapshot of all cases is read: what changes in between is then told twice, never not at all. */
export async function recentHistories({
  database,
  now,
}: Pick<Services, 'database' | 'now'>): Promise<Histories> {
  return await changedSince(database, { since: now() - SLACK_SECONDS, most: MAX_CHANGES });
}

/** Those that have grown. */
function longerThan(told: Histories, recent: Histories): readonly string[] {
  return [...recent].filter(([id, sequence]) => (told.get(id) ?? 0) < sequence).map(([id]) => id);
}

/** A change of a registration, as its device hears it. */
export function changeEvent({
  sequence: id,
  change,
}: RegistrationChange): StreamEvent & { readonly id: number } {
  return { event: 'change', payload: registrationEventSchemas.change.parse(change), id };
}

/** How a case stands by now, as reviewers hear it. */
export function caseEvent(summary: RegistrationSummary, id: number): StreamEvent {
  return { event: 'change', payload: caseEventSchemas.change.parse({ case: summary }), id };
}

/** What is told to somebody who was there before, from where they left; undefined: a snapshot it is. */
export async function casesSince(
  { database, now }: Services,
  lastEventId: number,
): Promise<readonly string[] | undefined> {
  if (lastEventId > now() || lastEventId < now() - 86_400) return undefined;
  const changed = await changedSince(database, { since: lastEventId - SLACK_SECONDS, most: MAX_CHANGES });
  return changed.size >= MAX_CHANGES ? undefined : [...changed.keys()];
}
