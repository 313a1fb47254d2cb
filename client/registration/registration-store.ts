import { join } from 'node:path';
import { SanadError } from '#shared/contract/problem.ts';
import { JsonFolder, type Readable } from '../file/json-folder.ts';
import { withLock } from '../file/lock.ts';
import type { StoredTunnel } from '../tunnel/stored-tunnel.ts';
import { DeclarationStore } from './declaration-store.ts';
import { candidatesFor } from './read-certificate.ts';
import { registrationError } from './registration-problem.ts';
import {
  hasDetails,
  storedRegistrationSchema,
  submissionDraftSchema,
  withDetailsOf,
  withoutDetails,
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

  /** Newest first; without what is personal, which does not lie here. */
  async all(): Promise<readonly StoredRegistration[]> {
    const all = await this.#registrations.all();
    await this.#dropDetailsOf(all);
    return newestFirst(all);
  }

  /** Those that can be read. Named as unreadable are also those that what is personal could not be taken out of. */
  async readable(): Promise<Readable<StoredRegistration>> {
    const { records, unreadable } = await this.#registrations.readable();
    const uncleared = await this.#dropDetailsOf(records);
    return { records: newestFirst(records), unreadable: [...unreadable, ...uncleared] };
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
    await this.#registrations.write(registration.view.id, withoutDetails(registration));
    // Here and nowhere else, so that no state and no certificate goes by unkept.
    await this.#archive(registration);
  }

  async #archive(registration: StoredRegistration): Promise<void> {
    // Loaded when something is written.
    const { keepRegistration } = await import('../archive/keep.ts');
    await keepRegistration(this.#configDirectory, registration);
  }

  /**
   * Changes what is kept of a registration by now: another window or a long watch may have written since the caller read
   * it. Gives back the same where there is nothing to change, and what the caller knows of its details.
   */
  async change(
    known: StoredRegistration,
    change: (kept: StoredRegistration) => StoredRegistration,
  ): Promise<StoredRegistration> {
    return await this.#underLock(known.view.id, async (kept) => {
      const before = kept === undefined ? known : { ...kept, view: withDetailsOf(kept.view, known.view) };
      const made = change(before);
      if (kept === undefined || made !== before) await this.save(made);
      return made;
    });
  }

  /** The same where there may be nothing yet. */
  async keep(
    id: string,
    make: (kept: StoredRegistration | undefined) => StoredRegistration,
  ): Promise<StoredRegistration> {
    return await this.#underLock(id, async (kept) => {
      const made = make(kept);
      await this.save(made);
      return made;
    });
  }

  async #underLock<Result>(
    id: string,
    work: (kept: StoredRegistration | undefined) => Promise<Result>,
  ): Promise<Result> {
    return await withLock(join(this.#directory, `${id}.lock`), async () => {
      const kept = await this.#registrations.read(id);
      return await work(kept === undefined ? undefined : withoutDetails(kept));
    });
  }

  /**
   * Files of an earlier Sanad held what was answered as text. A disk that takes nothing keeps nobody from connecting: the
   * paths of those that are as they were.
   */
  async #dropDetailsOf(registrations: readonly StoredRegistration[]): Promise<readonly string[]> {
    const uncleared: string[] = [];
    for (const registration of registrations.filter(hasDetails)) {
      try {
        await this.#dropDetails(registration);
      } catch (cause) {
        if (!(cause instanceof SanadError)) throw cause;
        uncleared.push(join(this.#directory, `${registration.view.id}.json`));
      }
    }
    return uncleared;
  }

  async #dropDetails(registration: StoredRegistration): Promise<void> {
    const { id } = registration.view;
    await this.#underLock(id, async (kept) => {
      // What a report may tell of it is kept for that, identity numbers masked.
      await this.#archive(registration);
      if (kept !== undefined) await this.#registrations.write(id, kept);
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

function newestFirst(registrations: readonly StoredRegistration[]): readonly StoredRegistration[] {
  return registrations.map(withoutDetails).toSorted((a, b) => b.view.submitted_at - a.view.submitted_at);
}
