import { problemFrom, SanadError, type Problem, type ProblemCatalogue } from '#shared/contract/problem.ts';
import { standsEntirely, type ReportVerdict } from '#shared/report/verdict.ts';

const problems = {
  report_not_genuine: {
    kind: 'registration',
    reason: 'The report is not genuine.',
    nextAction: 'Do not rely on any of it; ask the registrant for the file as it was made.',
  },
  report_unproved: {
    kind: 'registration',
    reason: 'Not everything in the report is proved.',
    nextAction: 'See above what is not, and ask the registrant or the office for it.',
  },
  report_keys_unknown: {
    kind: 'registration',
    reason: 'The signatures fit keys that the report itself brings, and anybody can make keys.',
    nextAction:
      'Get the fingerprint from the office itself, compare it, and give it: --fingerprint HEX, or its file: --anchor FILE',
  },
  report_not_in_force: {
    kind: 'registration',
    reason: 'The report is genuine, and says that not every registration was in force.',
    nextAction: 'See above which was not, and ask the registrant.',
  },
  report_day_malformed: {
    kind: 'usage',
    reason: 'That is not a day.',
    nextAction: 'Write year-month-day, such as 2026-10-31.',
  },
  report_day_ahead: {
    kind: 'usage',
    reason: 'That day is not here yet.',
    nextAction: 'Give a day that has passed, or leave --as-of out for now.',
  },
  report_empty: {
    kind: 'usage',
    reason: 'There was no registration on this computer by then, so there is nothing to report.',
    nextAction: 'See what you have: sanad registration show',
  },
} as const satisfies ProblemCatalogue<string>;

export function reportCommandError(code: keyof typeof problems): SanadError {
  return new SanadError(problemFrom(problems, code));
}

/** Why the exit code is not 0: it is only where every registration is proved to have been in force, by known keys. */
export function shortcomingOf(verdict: ReportVerdict): Problem | undefined {
  switch (verdict.conclusion) {
    case 'not_genuine':
      return problemFrom(problems, 'report_not_genuine');
    case 'incomplete':
      return problemFrom(problems, 'report_unproved');
    case 'compare_keys':
      return problemFrom(problems, 'report_keys_unknown');
    case 'genuine':
      return standsEntirely(verdict) ? undefined : problemFrom(problems, 'report_not_in_force');
  }
}
