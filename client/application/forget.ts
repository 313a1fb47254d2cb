import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readAnchors } from '../anchor/read-anchors.ts';
import type { ClientContext } from '../client-context.ts';
import { HALF_WRITTEN } from '../file/atomic-file.ts';
import { RegistrationStore } from '../registration/registration-store.ts';
import { isOver } from '../registration/stored-registration.ts';
import { Vault } from '../vault/vault.ts';

/** What an office still has, and whom to ask about it. */
export interface Remaining {
  readonly registration: string;
  readonly tunnel: string;
  readonly office: string;
  /** undefined: this machine has left that office. */
  readonly contact: string | undefined;
  /** Not over: withdrawing it is what has the office destroy its documents. */
  readonly isOpen: boolean;
}

/** What forgetting here does not reach. */
export async function remainingElsewhere(client: ClientContext): Promise<readonly Remaining[]> {
  const anchors = await readAnchors(client.anchors);
  const { records } = await new RegistrationStore(client.configDirectory).readable();
  return records.map(({ view, tunnel, gateway, origin }) => ({
    ...{ registration: view.id, tunnel, office: gateway },
    contact: anchors.find((anchor) => anchor.origin === origin)?.operator.contact,
    isOpen: !isOver(view.state),
  }));
}

export interface Forgotten {
  /** Paths of files that may still hold what an earlier Sanad kept as text: damaged, or not to be written. */
  readonly unreadable: readonly string[];
}

/** Drafts of submissions and acts that no office has answered: all of them are personal. */
const ON_THEIR_WAY = ['registration-draft', 'registration-act'];

/**
 * Forgets the applicant, drafts, documents, the days on which addresses were seen and what reports tell of earlier days, for
 * good: the key is destroyed first, and with it all that it has encrypted, wherever copies may lie. Registrations stay, without what was said in them:
 * connecting needs them. What cannot be done keeps nothing else from being done, and is thrown in the end.
 */
export async function forgetAll(client: ClientContext): Promise<Forgotten> {
  const { configDirectory } = client;
  const problems: unknown[] = [];
  const attempt = async (work: Promise<unknown>): Promise<void> => {
    await work.catch((cause: unknown) => problems.push(cause));
  };
  await attempt(new Vault(client).wipe());
  for (const folder of ON_THEIR_WAY) {
    await attempt(rm(join(configDirectory, folder), { recursive: true, force: true }));
  }
  await attempt(removeHalfWritten(join(configDirectory, 'registration')));
  // Reading them takes what is personal out of those of an earlier Sanad.
  const { unreadable } = await new RegistrationStore(configDirectory).readable();
  // After them: what is taken out of an earlier Sanad's files is noted there.
  await attempt(rm(join(configDirectory, 'archive'), { recursive: true, force: true }));
  if (problems.length > 0) throw problems[0];
  return { unreadable };
}

/** What a crash has left of a write, as an earlier Sanad wrote it. */
async function removeHalfWritten(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(HALF_WRITTEN))) {
    await rm(join(directory, name), { force: true });
  }
}
