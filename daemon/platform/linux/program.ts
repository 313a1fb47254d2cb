import { accessSync, constants } from 'node:fs';
import { programPlaces, type ProgramName } from '#shared/contract/system-names.ts';
import { platformError } from './platform-problem.ts';

export function findProgram(name: ProgramName): string | undefined {
  return programPlaces[name].find(isExecutable);
}

export function requireProgram(name: ProgramName): string {
  const found = findProgram(name);
  if (found === undefined) throw platformError('program_missing', { detail: name });
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // absent or not ours to run: the same
  }
}
