import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';
import { reportError } from '#shared/report/report-problem.ts';
import { MAX_REPORT_CHARACTERS } from '#shared/report/report-schema.ts';
import { writeAtomically } from '../file/atomic-file.ts';

/** A character takes three bytes of UTF-8 at most, and hardly any of a report's does. */
const MAX_BYTES = MAX_REPORT_CHARACTERS * 2;

const problems = {
  report_file_unreadable: {
    kind: 'usage',
    reason: 'The file cannot be read.',
    nextAction: 'Check its name, and that it is yours to read.',
  },
  report_file_exists: {
    kind: 'usage',
    reason: 'There is a file of that name already, and a report never takes another’s place.',
    nextAction: 'Give another name.',
  },
} as const satisfies ProblemCatalogue<string>;

function fileError(code: keyof typeof problems, detail: string, cause?: unknown): SanadError {
  return new SanadError(problemFrom(problems, code, detail), { cause });
}

/** Refuses a place where something lies. */
export async function requireFree(path: string): Promise<void> {
  try {
    await access(path, constants.F_OK);
  } catch {
    return;
  }
  throw fileError('report_file_exists', 'nothing was written');
}

/** Whole or not at all, for its owner to hand on. */
export async function writeReportFile(path: string, content: string | Uint8Array): Promise<void> {
  await requireFree(path);
  await writeAtomically(path, content, { mode: 0o600, directoryMode: 0o700 });
}

/** A report's file as it lies there, with its hash in hex. Not UTF-8 to the letter: it is no report. */
export async function readReportFile(
  path: string,
): Promise<{ readonly text: string; readonly sha256: string }> {
  const bytes = await readBytes(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), sha256 };
  } catch {
    throw reportError('report_malformed');
  }
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    // Without waiting: a pipe that nobody writes to would be opened for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const state = await file.stat();
      if (!state.isFile()) throw fileError('report_file_unreadable', 'not a file');
      if (state.size > MAX_BYTES) throw reportError('report_too_large');
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof SanadError || !(cause instanceof Error && 'code' in cause)) throw cause;
    throw fileError('report_file_unreadable', String(cause.code), cause);
  }
}
