import { describe, expect, it } from 'vitest';
import {
  deadlines,
  dueReminder,
  noReminders,
  type ReminderState,
} from '#shared/registration/authority-profile/deadline.ts';
import { meridia, pakistan } from '../../../authority/profiles.ts';
import { smallProfile } from './small-profile.ts';

type Row = Readonly<Record<string, unknown>>;
const deadline = (id: string, date: string | null, more: Row = {}) => ({
  ...{ id, title: { en: id }, date, status: 'in_force', announced: null, source: 'page', ...more },
});
const profileWith = (...rows: readonly Row[]) => smallProfile({ deadlines: rows });
const seen = (profile: ReturnType<typeof smallProfile>, today: string) =>
  deadlines(profile, today).map(({ id, daysLeft }) => [id, daysLeft]);

describe('deadlines', () => {
  it('are counted down in days, the nearest first, with their source', () => {
    const profile = profileWith(
      deadline('open', null),
      deadline('late', '2026-12-31'),
      deadline('soon', '2026-12-01'),
    );
    expect(seen(profile, '2026-11-25')).toEqual([
      ['soon', 6],
      ['late', 36],
      ['open', null],
    ]);
    expect(deadlines(profile, '2026-11-25')[0]?.source.url).toBe('https://office.example/vpn');
  });

  it.each([
    ['2026-11-30', 1],
    ['2026-12-01', 0],
    ['2026-12-02', -1],
    ['2024-02-28', 1007],
  ])('on %s leave %i days', (today, left) => {
    expect(seen(profileWith(deadline('end', '2026-12-01')), today)).toEqual([['end', left]]);
  });

  it('move with an extension in a newer profile', () => {
    const before = profileWith(deadline('end', '2026-12-01'));
    const after = profileWith(
      deadline('end', '2026-12-01', { status: 'extended' }),
      deadline('second', '2027-01-31'),
    );
    expect(seen(before, '2026-11-25')).toEqual([['end', 6]]);
    expect(seen(after, '2026-11-25')).toEqual([['second', 67]]);
  });

  it('disappear when they are withdrawn', () => {
    expect(seen(profileWith(deadline('end', '2026-12-01', { status: 'withdrawn' })), '2026-11-25')).toEqual(
      [],
    );
  });

  it('are in Pakistan one without a date, and elsewhere what is announced there', () => {
    expect(seen(pakistan, '2026-11-25')).toEqual([['present', null]]);
    expect(seen(meridia, '2026-12-01')).toEqual([['spring_tide', 30]]);
  });
});

describe('reminders', () => {
  /** What is said on each of these days, one after the other. */
  function said(profile: (day: string) => ReturnType<typeof smallProfile>, days: readonly string[]) {
    let state: ReminderState = noReminders;
    return days.map((day) => {
      const next = dueReminder(deadlines(profile(day), day), state, day);
      ({ state } = next);
      return next.due?.id ?? '-';
    });
  }
  const end = () => profileWith(deadline('end', '2026-12-31'));

  it('come 30 days ahead, 7 days and one, each once, however often one looks', () => {
    const days = [
      '2026-11-30',
      '2026-12-01',
      '2026-12-01',
      '2026-12-02',
      '2026-12-23',
      '2026-12-24',
      '2026-12-25',
    ];
    expect(said(end, days)).toEqual(['-', 'end', '-', '-', '-', 'end', '-']);
    expect(said(end, ['2026-12-29', '2026-12-30', '2026-12-31', '2027-01-01'])).toEqual([
      'end',
      'end',
      '-',
      '-',
    ]);
  });

  it('that were missed are not made up for: the nearest is enough', () => {
    expect(said(end, ['2026-12-31', '2026-12-31'])).toEqual(['end', '-']);
  });

  it('come one a day, the most urgent first', () => {
    const two = () => profileWith(deadline('later', '2026-12-30'), deadline('sooner', '2026-12-05'));
    expect(said(two, ['2026-12-01', '2026-12-01', '2026-12-02', '2026-12-03'])).toEqual([
      ...['sooner', '-', 'later', '-'],
    ]);
  });

  it('begin anew for a deadline that was moved, and end with one that was withdrawn', () => {
    const moving = (day: string) =>
      day < '2026-12-25'
        ? profileWith(deadline('end', '2026-12-31'))
        : profileWith(deadline('end', '2027-01-20'));
    expect(said(moving, ['2026-12-24', '2026-12-25', '2026-12-26', '2027-01-13'])).toEqual([
      ...['end', 'end', '-', 'end'],
    ]);
    const gone = (day: string) =>
      profileWith(deadline('end', '2026-12-31', day < '2026-12-25' ? {} : { status: 'withdrawn' }));
    expect(said(gone, ['2026-12-24', '2026-12-30'])).toEqual(['end', '-']);
  });

  it('are none for a deadline without a date', () => {
    expect(said(() => profileWith(deadline('open', null)), ['2026-12-24'])).toEqual(['-']);
  });
});
