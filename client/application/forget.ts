import { readAnchors } from '../anchor/read-anchors.ts';
import type { ClientContext } from '../client-context.ts';
import { JsonFolder } from '../file/json-folder.ts';
import { RegistrationStore } from '../registration/registration-store.ts';
import { isOver, submissionDraftSchema } from '../registration/stored-registration.ts';
import { Vault } from '../vault/vault.ts';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';

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
  const registrations = await new RegistrationStore(client.configDirectory).all();
  return registrations.map(({ view, tunnel, gateway, origin }) => ({
    ...{ registration: view.id, tunnel, office: gateway },
    contact: anchors.find((anchor) => anchor.origin === origin)?.operator.contact,
    isOpen: !isOver(view.state),
  }));
}

/**
 * Forgets the applicant, drafts, documents and the days on which addresses were seen, for good: the key is destroyed first,
 * and with it all that it has encrypted, wherever copies may lie. Registrations stay, without what was said in them:
 * connecting needs them.
 */
export async function forgetAll(client: ClientContext): Promise<void> {
  const registrations = new RegistrationStore(client.configDirectory);
  for (const one of await registrations.all()) {
    await registrations.change(one, (kept) => ({ ...kept, view: { ...kept.view, fields: {}, thread: [] } }));
  }
  const drafts = join(client.configDirectory, 'registration-draft');
  // What no office has answered yet holds the same fields, as text.
  for (const name of await new JsonFolder(drafts, submissionDraftSchema).names()) {
    await rm(join(drafts, `${name}.json`), { force: true });
  }
  await rm(join(client.configDirectory, 'registration-act'), { recursive: true, force: true });
  await new Vault(client).wipe();
}
