import { readFileSync } from 'node:fs';
import { commandError } from './problem.ts';

/** A file that the caller named. */
export function readNamedFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw commandError('file_unreadable', { detail: file, cause: error });
  }
}
