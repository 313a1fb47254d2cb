import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';
import { writeAtomically } from './atomic-file.ts';

const problems = {
  out_file_exists: {
    kind: 'usage',
    reason: 'There is a file of that name already; it was not touched.',
    nextAction: 'Give another name with --out.',
  },
} as const satisfies ProblemCatalogue<string>;

/** Refuses a place where something lies: before work that takes long, too. */
export async function requireFreePlace(path: string): Promise<void> {
  try {
    await access(path, constants.F_OK);
  } catch {
    return;
  }
  throw new SanadError(problemFrom(problems, 'out_file_exists'));
}

/** Writes a file that a person asked for: whole or not at all, in no other's place, for its owner alone. */
export async function writeOutFile(path: string, content: string | Uint8Array): Promise<void> {
  await requireFreePlace(path);
  await writeAtomically(path, content, { mode: 0o600, directoryMode: 0o700 });
}
