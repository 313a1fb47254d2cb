import { describe, expect, it } from 'vitest';
import { usualDecision } from '#shared/registration/authority-profile/decision-time.ts';
import { meridia, pakistan } from '../../../authority/profiles.ts';
import { smallProfile } from './small-profile.ts';

const at = (text: string) => Date.parse(text) / 1000;
const text = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16);

function usual(profile: ReturnType<typeof smallProfile>, since: string) {
  const found = usualDecision(profile, at(since));
  return found === null ? null : [text(found.from), text(found.until)];
}

/** Office hours in Karachi, 9 to 17, are 04:00 to 12:00 UTC. */
describe('the usual time in working hours', () => {
  it.each([
    [
      'is a day for what is filed when the office opens',
      '2026-03-02T04:00Z',
      '2026-03-02T12:00',
      '2026-03-03T06:00',
    ],
    [
      'begins when the office opens for what is filed at night',
      '2026-03-01T22:00Z',
      '2026-03-02T12:00',
      '2026-03-03T06:00',
    ],
    ['goes on the next day', '2026-03-03T08:00Z', '2026-03-04T08:00', '2026-03-04T10:00'],
    ['stands still over a weekend', '2026-03-06T11:00Z', '2026-03-09T11:00', '2026-03-10T05:00'],
    [
      'begins on Monday for what is filed on Saturday',
      '2026-03-07T08:00Z',
      '2026-03-09T12:00',
      '2026-03-10T06:00',
    ],
    ['stands still on a holiday', '2026-12-24T11:00Z', '2026-12-28T11:00', '2026-12-29T05:00'],
    ['counts nothing after closing', '2026-03-02T12:00Z', '2026-03-03T12:00', '2026-03-04T06:00'],
  ])('%s', (_what, since, from, until) => {
    expect(usual(pakistan, since)).toEqual([from, until]);
  });
});

describe('the usual time in working days', () => {
  // Saturday and Sunday evenings in Auckland, 20 to 24 o'clock; in February and March UTC+13.
  it('counts the days after the one of filing, in the zone and the week of the authority, holidays left out', () => {
    expect(usual(meridia, '2026-03-07T08:00Z')).toEqual(['2026-03-15T07:00', '2026-03-21T11:00']);
    expect(usual(meridia, '2026-02-06T20:00Z')).toEqual(['2026-02-15T07:00', '2026-02-21T11:00']);
  });

  it('follows a change of the clocks', () => {
    // 5 April 2026: Auckland goes back from UTC+13 to UTC+12.
    expect(usual(meridia, '2026-03-30T00:00Z')).toEqual(['2026-04-11T08:00', '2026-04-12T12:00']);
  });
});

describe('the usual time', () => {
  it('in days is counted as it is', () => {
    expect(usual(smallProfile(), '2026-03-06T11:00Z')).toEqual(['2026-03-08T11:00', '2026-03-11T11:00']);
  });

  it('is not said where nobody says it', () => {
    expect(usual(smallProfile({ decision_time: null }), '2026-03-06T11:00Z')).toBeNull();
  });

  it('does not search for ever in a calendar without an open day', () => {
    const holidays = Array.from({ length: 200 }, (_, index) => ({
      date: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
      name: { en: 'x' },
    }));
    const calendar = { time_zone: 'UTC', working_days: [1], opens: 9, closes: 10, holidays };
    const decision_time = { unit: 'working_hours', least: 1, most: 1000, from: 'filed', source: 'page' };
    expect(usual(smallProfile({ calendar, decision_time }), '2026-01-01T00:00Z')?.[0]).toBe(
      '2026-07-20T10:00',
    );
  });
});
