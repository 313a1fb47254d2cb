import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { printError } from './print-problem.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The quickest to start first: the shell has no window and needs 0.1 s instead of one. */
const names = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'brave-browser',
];
/** Looked through after PATH: menus and timers start programs with a short one. */
const folders = ['/usr/local/bin', '/usr/bin', '/snap/bin'];

/**
 * A browser of the Chromium family: the one that SANAD_BROWSER names (an absolute path), or the first that is
 * installed. Throws `browser_missing`. What is named and is not there is an error, not a reason to take another.
 */
export async function findBrowser(environment: Environment): Promise<string> {
  const named = environment['SANAD_BROWSER'] ?? '';
  if (named !== '') {
    if (isAbsolute(named) && (await isProgram(named))) return named;
    throw printError('browser_missing', 'SANAD_BROWSER names no program');
  }
  const path = (environment['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  for (const name of names) {
    for (const folder of [...path, ...folders]) {
      const file = join(folder, name);
      if (await isProgram(file)) return file;
    }
  }
  throw printError('browser_missing');
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
