import { join } from 'node:path';
import { JsonFolder } from '../file/json-folder.ts';
import { withLock } from '../file/lock.ts';
import type { StoredTunnel } from '../tunnel/stored-tunnel.ts';
import { DeclarationStore } from './declaration-store.ts';
import { candidatesFor } from './read-certificate.ts';
import { registrationError } from './registration-problem.ts';
import {
  storedRegistrationSchema,
  submissionDraftSchema,
  type StoredRegistration,
  type SubmissionDraft,
} from './stored-registration.ts';

/** A person's registrations and the submissions that no gateway has answered yet. */
export class RegistrationStore {
  readonly #configDirectory: string;
  readonly #directory: string;
  readonly #registrations: JsonFolder<typeof storedRegistrationSchema>;
  readonly #drafts: JsonFolder<typeof submissionDraftSchema>;

  constructor(configDirectory: string) {
    this.#configDirectory = configDirectory;
    this.#directory = join(configDirectory, 'registration');
    this.#registrations = new JsonFolder(this.#directory, storedRegistrationSchema);
    this.#drafts = new JsonFolder(join(configDirectory, 'registration-draft'), submissionDraftSchema);
  }

  /** Newest first. */
  async all(): Promise<readonly StoredRegistration[]> {
    const all = await this.#registrations.all();
    return all.toSorted((a, b) => b.view.submitted_at - a.view.submitted_at);
  }

  async get(id: string): Promise<StoredRegistration> {
    const found = (await this.all()).find(({ view }) => view.id === id);
    if (found === undefined) throw registrationError('registration_unknown_here');
    return found;
  }

  /** The newest certificate that covers the tunnel, or else what was stated last; undefined: nothing does. */
  async certificateFor(tunnel: StoredTunnel): Promise<string | undefined> {
    const declarations = await new DeclarationStore(this.#configDirectory).all();
    return candidatesFor(tunnel, { registrations: await this.all(), declarations })[0]?.certificate;
  }

  /** The identifier is a UUID by its schema, and so safe as a file's name. */
  async save(registration: StoredRegistration): Promise<void> {
    await this.#registrations.write(registration.view.id, registration);
    // Here and nowhere else, so that no state and no certificate goes by unkept. Loaded when something is written.
    const { keepRegistration } = await import('../archive/keep.ts');
    await keepRegistration(this.#configDirectory, registration);
  }

  /**
   * Changes what is kept of a registration by now: another window or a long watch may have written since the caller read
   * it. Gives back the same where there is nothing to change.
   */
  async change(
    known: StoredRegistration,
    change: (kept: StoredRegistration) => StoredRegistration,
  ): Promise<StoredRegistration> {
    return await this.keep(known.view.id, (kept) => change(kept ?? known));
  }

  /** The same where there may be nothing yet. */
  async keep(
    id: string,
    make: (kept: StoredRegistration | undefined) => StoredRegistration,
  ): Promise<StoredRegistration> {
    return await withLock(join(this.#directory, `${id}.lock`), async () => {
      const kept = await this.#registrations.read(id);
      const made = make(kept);
      if (made !== kept) await this.save(made);
      return made;
    });
  }

  async draftOf(tunnel: string): Promise<SubmissionDraft | undefined> {
    return await this.#drafts.read(tunnel);
  }

  async saveDraft(tunnel: string, draft: SubmissionDraft): Promise<void> {
    await this.#drafts.write(tunnel, draft);
  }

  /** Whether there was one. */
  async removeDraft(tunnel: string): Promise<boolean> {
    const wasThere = (await this.#drafts.names()).includes(tunnel);
    await this.#drafts.remove(tunnel);
    return wasThere;
  }
}
