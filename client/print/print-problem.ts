import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const INSTALL =
  'Install Chromium (on Debian and Ubuntu: sudo apt install chromium), or name a browser: SANAD_BROWSER=/path/to/chromium';

const problems = {
  browser_missing: {
    kind: 'usage',
    reason: 'A PDF is printed through Chromium, and no Chromium was found on this computer.',
    nextAction: INSTALL,
  },
  browser_unusable: {
    kind: 'usage',
    reason: 'The browser that prints did not start or ended by itself.',
    nextAction: INSTALL,
  },
  browser_too_old: {
    kind: 'usage',
    reason: 'The browser that prints is too old to put a line on every page.',
    nextAction: INSTALL,
  },
  print_too_slow: {
    kind: 'internal',
    reason: 'The browser did not finish the PDF in time and was ended.',
    nextAction: 'Try again when the computer has less to do.',
  },
  print_too_long: {
    kind: 'internal',
    reason: 'The page has more on it than fits one sheet.',
    nextAction: 'Write it as HTML instead, and tell whoever maintains the rules.',
  },
  print_without_memory: {
    kind: 'usage',
    reason:
      'This computer has no folder that is in memory alone, and a PDF with personal data would lie on its disk while it is printed.',
    nextAction: 'Mount a tmpfs at /dev/shm (sudo mount -t tmpfs -o mode=1777 tmpfs /dev/shm) and try again.',
  },
  print_failed: {
    kind: 'internal',
    reason: 'The browser could not make the PDF.',
    nextAction: 'Try again; if it stays, report it with what sanad --version prints.',
  },
} as const satisfies ProblemCatalogue<string>;

export type PrintProblemCode = keyof typeof problems;

export function printError(code: PrintProblemCode, detail?: string): SanadError {
  return new SanadError(problemFrom(problems, code, detail));
}

/** Whether the PDF could not be made for want of a browser, or of memory for one: then the HTML is what can be given. */
export function isWithoutBrowser(cause: unknown): cause is SanadError {
  const codes: readonly string[] = [
    'browser_missing',
    'browser_unusable',
    'browser_too_old',
    'print_without_memory',
  ];
  return cause instanceof SanadError && codes.includes(cause.problem.code);
}
