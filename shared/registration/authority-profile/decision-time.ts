import type { ProfileDocument } from './profile-schema.ts';

/** As much of a profile as its usual time takes. */
export type DecisionTimeRules = Pick<ProfileDocument, 'decision_time' | 'calendar'>;

/** Seconds since the epoch. */
export interface UsualDecision {
  readonly from: number;
  readonly until: number;
}

/**
 * Between when and when the authority usually decides what is with it since then; null: nobody says. Working hours and days
 * are those of the profile's calendar, in its own time zone.
 */
export function usualDecision(
  { document }: { readonly document: DecisionTimeRules },
  since: number,
): UsualDecision | null {
  const { decision_time: time, calendar } = document;
  if (time === null) return null;
  const { least, most, unit } = time;
  if (unit === 'days') return { from: since + least * DAY, until: since + most * DAY };
  const office = officeOf(calendar);
  if (unit === 'working_hours') {
    return { from: office.afterHours(since, least), until: office.afterHours(since, most) };
  }
  return { from: office.afterDays(since, least).opens, until: office.afterDays(since, most).closes };
}

const DAY = 86_400;
/** A calendar without an open day for so long is no calendar. */
const MAX_DAYS = 4000;

type Calendar = ProfileDocument['calendar'];

interface OfficeDay {
  readonly opens: number;
  readonly closes: number;
}

function officeOf(calendar: Calendar) {
  const offsetAt = offsetsOf(calendar.time_zone);
  const closed = new Set(calendar.holidays.map(({ date }) => date));

  /** Wall-clock hours of a local day as seconds since the epoch. */
  const at = (day: number, hour: number): number => {
    const wall = day * DAY + hour * 3600;
    // Twice: the first offset may be that of the other side of a change of the clocks.
    return wall - offsetAt(wall - offsetAt(wall));
  };
  /** Open days from the one on which that moment lies. */
  function* openDays(since: number): Generator<OfficeDay & { readonly day: number }> {
    const first = Math.floor((since + offsetAt(since)) / DAY);
    for (let day = first; day < first + MAX_DAYS; day++) {
      const date = new Date(day * DAY * 1000);
      const isOpen = calendar.working_days.includes(date.getUTCDay() === 0 ? 7 : date.getUTCDay());
      if (!isOpen || closed.has(date.toISOString().slice(0, 10))) continue;
      yield { day, opens: at(day, calendar.opens), closes: at(day, calendar.closes) };
    }
  }

  return {
    afterHours: (since: number, hours: number): number => {
      let left = hours * 3600;
      for (const { opens, closes } of openDays(since)) {
        const begins = Math.max(since, opens);
        if (begins + left <= closes) return begins + left;
        left -= Math.max(0, closes - begins);
      }
      return since;
    },
    /** The day of filing does not count. */
    afterDays: (since: number, days: number): OfficeDay => {
      const first = Math.floor((since + offsetAt(since)) / DAY);
      let left = days;
      for (const open of openDays(since)) {
        if (left === 0 || (open.day > first && --left === 0)) return open;
      }
      return { opens: since, closes: since };
    },
  };
}

/** How far a zone's clocks are ahead of UTC, in seconds. */
function offsetsOf(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at * 1000).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const wall = Date.UTC(
      ...([part('year'), part('month') - 1, part('day')] as const),
      ...([part('hour'), part('minute'), part('second')] as const),
    );
    return Math.round(wall / 1000) - at;
  };
}
