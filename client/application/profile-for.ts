import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { applicationError } from './application-problem.ts';

/** Where authorities' rules come from. */
export interface ProfileSource {
  /** Of each authority those that a new application goes by; `office`: at that registration office (its origin). */
  offered(office?: string): Promise<readonly AuthorityProfile[]>;
}

/** The rules of that name, with or without a version; undefined: the only ones there are. Throws `no_rules`. */
export async function profileFor(
  source: ProfileSource,
  named: string | undefined,
  office?: string,
): Promise<AuthorityProfile> {
  const offered = await source.offered(office);
  const found = offered.filter(({ document }) => named === undefined || document.id === nameOf(named));
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const names = offered.map(({ document }) => document.id).join(', ');
    throw applicationError('no_rules', names === '' ? {} : { detail: `there are: ${names}` });
  }
  return only;
}

/** `pk-pta@1` -> `pk-pta` */
export function nameOf(reference: string): string {
  return reference.replace(/@.*$/, '');
}
