import { problemFrom, SanadError, type ProblemCatalogue } from '../contract/problem.ts';

const ASK_AGAIN = 'Ask for the file again, as it was made: not through a program that rewrites it.';

export const reportProblems = {
  report_malformed: {
    kind: 'registration',
    reason: 'This is not a report of Sanad, or it is damaged.',
    nextAction: ASK_AGAIN,
  },
  report_too_large: {
    kind: 'registration',
    reason: 'The file is larger than a report can be.',
    nextAction: ASK_AGAIN,
  },
  report_respelled: {
    kind: 'registration',
    reason: 'The file was changed after it was made.',
    nextAction: ASK_AGAIN,
  },
  report_version_unknown: {
    kind: 'registration',
    reason: 'The report is of a version that is not known here.',
    nextAction: 'Update Sanad, and check it again.',
  },
} as const satisfies ProblemCatalogue<string>;

export type ReportProblemCode = keyof typeof reportProblems;

export function reportError(code: ReportProblemCode, detail?: string): SanadError {
  return new SanadError(problemFrom(reportProblems, code, detail));
}
