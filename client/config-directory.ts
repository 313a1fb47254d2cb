import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** A person's own folder for Sanad. XDG Base Directory Specification: a relative path in the variable is ignored. */
export function configDirectory(): string {
  const base = process.env['XDG_CONFIG_HOME'] ?? '';
  return join(isAbsolute(base) ? base : join(homedir(), '.config'), 'sanad');
}
