import type { ProfileDeadline, ProfileDocument, ProfileSource, ProfileText } from './profile-schema.ts';

/** As much of a profile as its deadlines take: cheap to keep beside it. */
export type DeadlineNotice = Pick<ProfileDocument, 'deadlines' | 'sources'>;

/** A deadline that is in force, seen from a day. */
export interface Deadline {
  readonly id: string;
  readonly title: ProfileText;
  /** null: announced, or extended, without a date. */
  readonly date: string | null;
  /** 0 on the day itself, negative after it. */
  readonly daysLeft: number | null;
  readonly announced: string | null;
  readonly source: ProfileSource;
}

/**
 * What is in force of a profile's deadlines, the nearest first and those without a date last. What was extended or
 * withdrawn is not there: a newer profile moves or takes away.
 */
export function deadlines(
  { document }: { readonly document: DeadlineNotice },
  today: string,
): readonly Deadline[] {
  return document.deadlines
    .filter(({ status }) => status === 'in_force')
    .flatMap((deadline) => viewOf(deadline, document.sources, today))
    .toSorted((one, other) => ((one.date ?? '9999') < (other.date ?? '9999') ? -1 : 1));
}

function viewOf(
  { id, title, date, announced, source: named }: ProfileDeadline,
  sources: readonly ProfileSource[],
  today: string,
): readonly Deadline[] {
  const source = sources.find((one) => one.id === named);
  if (source === undefined) return [];
  return [{ id, title, date, daysLeft: date === null ? null : daysBetween(today, date), announced, source }];
}

/** Whole days from one YYYY-MM-DD to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** Before a deadline people are reminded this many days ahead, and no more often. */
const REMINDER_DAYS = [1, 7, 30] as const;

/** What was said of which deadline; kept by whoever reminds. */
export interface ReminderState {
  /** The day of the last reminder, of whichever deadline. */
  readonly last: string | null;
  /** By deadline: the date that it had then, and how many days ahead it was said. */
  readonly told: Readonly<Record<string, { readonly date: string; readonly step: number }>>;
}

export const noReminders: ReminderState = { last: null, told: {} };

/**
 * The reminder that is due today, if one is: each step once, the most urgent deadline first, one a day in all. A deadline
 * that was moved begins anew; one that is gone is forgotten.
 */
export function dueReminder(
  current: readonly Deadline[],
  state: ReminderState,
  today: string,
): { readonly due: Deadline | undefined; readonly state: ReminderState } {
  const told = keep(state.told, current);
  const due = state.last === today ? undefined : current.find((deadline) => isDue(deadline, told));
  if (due === undefined || due.date === null) return { due: undefined, state: { last: state.last, told } };
  const step = stepOf(due.daysLeft) ?? 0;
  return { due, state: { last: today, told: { ...told, [due.id]: { date: due.date, step } } } };
}

function isDue({ id, daysLeft }: Deadline, told: ReminderState['told']): boolean {
  const step = stepOf(daysLeft);
  return step !== undefined && step < (told[id]?.step ?? Infinity);
}

/** The nearest step that has been reached; none after the day, nor long before it. */
function stepOf(daysLeft: number | null): number | undefined {
  if (daysLeft === null || daysLeft < 0) return undefined;
  return REMINDER_DAYS.find((days) => daysLeft <= days);
}

function keep(told: ReminderState['told'], current: readonly Deadline[]): ReminderState['told'] {
  const dates = new Map(current.map(({ id, date }) => [id, date]));
  return Object.fromEntries(Object.entries(told).filter(([id, { date }]) => dates.get(id) === date));
}
