import * as z from 'zod';
import type { ClientContext } from '../client-context.ts';
import { SealedRecords } from '../vault/sealed-records.ts';
import { Vault } from '../vault/vault.ts';

const seconds = z.int().min(0);

/** What a person did at an authority's portal: all of it is the person's own word. Encrypted: the reference leads to a person. */
export const filingSchema = z.strictObject({
  version: z.literal(1),
  /** The application that was filed. */
  application: z.uuid(),
  filed_on: z.iso.date(),
  /** As the authority calls it; null: it gave none. */
  reference: z.string().max(200).nullable(),
  /** What the person showed of the decision; null: not yet. */
  decided: z.strictObject({ on: z.iso.date(), evidence: z.string().max(64) }).nullable(),
  changed_at: seconds,
});
export type Filing = Readonly<z.infer<typeof filingSchema>>;

/** Where applications stand at portals. */
export class FilingStore {
  readonly #records: SealedRecords<typeof filingSchema>;

  constructor(client: Pick<ClientContext, 'keychain' | 'configDirectory'>) {
    this.#records = new SealedRecords(new Vault(client), 'filing', filingSchema);
  }

  async of(application: string): Promise<Filing | undefined> {
    return await this.#records.read(application);
  }

  async keep(filing: Filing): Promise<void> {
    await this.#records.write(filing.application, filing);
  }
}
