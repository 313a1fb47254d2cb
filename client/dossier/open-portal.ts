import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dossierError } from '#shared/dossier/dossier-problem.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';

interface Opening {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Who runs it: root opens no browser, for it would be one that runs as root. */
  readonly uid: number;
}

/** Opens the portal that the rules name, in the system's browser, and nothing else. Gives its address. */
export async function openPortal(
  { document: { portal } }: AuthorityProfile,
  { environment, uid }: Opening,
): Promise<string> {
  if (portal === null) throw dossierError('portal_missing');
  // Of a signed profile already; looked at again where a program is started with it.
  const address = new URL(portal.url);
  if (address.protocol !== 'https:' || address.username !== '') throw dossierError('portal_missing');
  if (uid === 0) throw dossierError('portal_as_root', address.href);
  const child = spawn('xdg-open', [address.href], {
    env: { ...environment },
    stdio: 'ignore',
    detached: true,
  });
  try {
    await once(child, 'spawn');
  } catch {
    throw dossierError('browser_not_opened', address.href);
  }
  child.unref();
  return address.href;
}
