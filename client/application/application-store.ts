import type { Keychain } from '../keychain.ts';
import { SealedRecords } from '../vault/sealed-records.ts';
import { Vault } from '../vault/vault.ts';
import { applicationError } from './application-problem.ts';
import {
  applicantSchema,
  applicationDraftSchema,
  lineHistorySchema,
  type Applicant,
  type ApplicationDraft,
  type LineHistory,
} from './draft.ts';

const LINE = 'line';

interface StoreOptions {
  readonly keychain: Keychain;
  readonly configDirectory: string;
  /** Where the caller has one open, whose key is then read from the keychain once. */
  readonly vault?: Vault;
}

/**
 * A person's applications, what is known of the applicant, and when which address was seen: encrypted under the key in the
 * keychain. Every write leaves the old record or the new one, whole.
 */
export class ApplicationStore {
  readonly #drafts: SealedRecords<typeof applicationDraftSchema>;
  readonly #applicants: SealedRecords<typeof applicantSchema>;
  readonly #lines: SealedRecords<typeof lineHistorySchema>;

  constructor(options: StoreOptions) {
    const vault = options.vault ?? new Vault(options);
    this.#drafts = new SealedRecords(vault, 'application', applicationDraftSchema);
    this.#applicants = new SealedRecords(vault, 'applicant', applicantSchema);
    this.#lines = new SealedRecords(vault, 'line', lineHistorySchema);
  }

  /** The one that was changed last first. `damaged`: how many more there are that cannot be read. */
  async drafts(): Promise<{ readonly drafts: readonly ApplicationDraft[]; readonly damaged: number }> {
    const { records, damaged } = await this.#drafts.all();
    return { drafts: records.toSorted((a, b) => b.changed_at - a.changed_at), damaged };
  }

  async draft(id: string): Promise<ApplicationDraft> {
    const draft = await this.#drafts.read(id);
    if (draft === undefined) throw applicationError('application_unknown');
    return draft;
  }

  /** Keeps it, before anybody says that it is kept; gives it back as it lies there. */
  async keep(draft: ApplicationDraft, now: number): Promise<ApplicationDraft> {
    const kept = await this.#drafts.read(draft.id);
    if ((kept?.revision ?? 0) !== draft.revision) throw applicationError('application_elsewhere');
    const next = { ...draft, revision: draft.revision + 1, changed_at: now };
    await this.#drafts.write(draft.id, next);
    return next;
  }

  async removeDraft(id: string): Promise<boolean> {
    return await this.#drafts.remove(id);
  }

  async applicants(): Promise<readonly Applicant[]> {
    return (await this.#applicants.all()).records;
  }

  async applicant(profile: string): Promise<Applicant | undefined> {
    return await this.#applicants.read(profile);
  }

  async keepApplicant(applicant: Applicant): Promise<void> {
    await this.#applicants.write(applicant.profile, applicant);
  }

  async removeApplicant(profile: string): Promise<boolean> {
    return await this.#applicants.remove(profile);
  }

  async line(): Promise<LineHistory | undefined> {
    return await this.#lines.read(LINE);
  }

  async keepLine(history: LineHistory): Promise<void> {
    await this.#lines.write(LINE, history);
  }
}
