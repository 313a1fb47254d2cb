import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readProfile, type AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';

const root = join(import.meta.dirname, '../..');

export function profileJson(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, unknown>;
}

export const PAKISTAN = 'authority/pk-pta.json';
/** A country that is not there, whose office asks for other things in other ways. */
export const MERIDIA = 'test/authority/example-meridia.json';

export const pakistan: AuthorityProfile = readProfile(profileJson(PAKISTAN));
export const meridia: AuthorityProfile = readProfile(profileJson(MERIDIA));
