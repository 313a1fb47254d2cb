import type { z } from 'zod';
import type { Vault } from './vault.ts';
import { vaultError } from './vault-problem.ts';

export interface Records<Record> {
  readonly records: readonly Record[];
  /** Files that are torn, altered, or not of this shape. They are left where they are. */
  readonly damaged: number;
}

/** Small JSON records of one kind in a vault: what `JsonFolder` is for what is not personal. */
export class SealedRecords<Schema extends z.ZodType> {
  readonly #vault: Vault;
  readonly #kind: string;
  readonly #schema: Schema;

  constructor(vault: Vault, kind: string, schema: Schema) {
    this.#vault = vault;
    this.#kind = kind;
    this.#schema = schema;
  }

  async read(name: string): Promise<z.infer<Schema> | undefined> {
    const content = await this.#vault.read(this.#kind, name);
    if (content === undefined) return undefined;
    const record = this.#parse(content);
    if (record === undefined) throw vaultError('vault_file_damaged');
    return record;
  }

  async all(): Promise<Records<z.infer<Schema>>> {
    const { contents, damaged } = await this.#vault.all(this.#kind);
    const parsed = contents.map((content) => this.#parse(content));
    const records = parsed.filter((record) => record !== undefined);
    return { records, damaged: damaged + parsed.length - records.length };
  }

  async write(name: string, record: z.infer<Schema>): Promise<void> {
    // What could not be read again is not written: it would take the place of what can.
    const content = JSON.stringify(this.#schema.parse(record));
    await this.#vault.write(this.#kind, name, Buffer.from(content));
  }

  async remove(name: string): Promise<boolean> {
    return await this.#vault.remove(this.#kind, name);
  }

  #parse(content: Buffer): z.infer<Schema> | undefined {
    try {
      return this.#schema.parse(JSON.parse(content.toString('utf8')));
    } catch {
      // Without the cause: it may quote what is personal.
      return undefined;
    }
  }
}
