import type { AuthorityDeadline } from '#client/profile/deadline-notice.ts';
import { faint, strong, type Line } from '../answer.ts';

/** From here on a deadline is more than a note. */
const NEAR_DAYS = 30;

/** One line for each, in English as everything around it, and without a library of messages: status starts fast. */
export function deadlineLines(deadlines: readonly AuthorityDeadline[]): readonly Line[] {
  return deadlines.map(({ authority, title, date, daysLeft, source }) => {
    const left = daysLeft === 0 ? 'today' : daysLeft === 1 ? '1 day left' : `${daysLeft ?? ''} days left`;
    const text = `${authority['en'] ?? ''}: ${title['en'] ?? ''}: ${left} (${date ?? ''}; ${source.url})`;
    return daysLeft !== null && daysLeft <= NEAR_DAYS ? strong(text) : faint(text);
  });
}

export function deadlinesJson(deadlines: readonly AuthorityDeadline[]): readonly object[] {
  return deadlines.map(({ id, authority, title, date, daysLeft, source }) => ({
    ...{ id, authority, title, date, daysLeft, source: source.url },
  }));
}
