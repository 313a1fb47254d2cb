import { join } from 'node:path';
import * as z from 'zod';
import { MAX_DECLARATION_BYTES, openDeclaration } from '#shared/registration/declaration.ts';
import { RefusedError } from '#shared/registration/refusal.ts';
import type { KnownDeclaration } from '#shared/report/compose.ts';
import { JsonFolder } from '../file/json-folder.ts';
import { withLock } from '../file/lock.ts';
import { nodePrimitives } from '../node-primitives.ts';
import { storedDeclarationSchema, type StoredDeclaration } from '../registration/stored-declaration.ts';

/** Stated every 90 days: sixteen years. */
const MAX_STATEMENTS = 64;

/** What a person stated of one registration, each time it was stated. */
const archivedDeclarationSchema = z.strictObject({
  version: z.literal(1),
  registration: z.uuid(),
  label: z.string(),
  declarations: z.array(z.string().max(MAX_DECLARATION_BYTES)),
});

/** A person's declarations through time; of one that is taken back nothing stays, for so the person is told. */
export class DeclarationArchive {
  readonly #directory: string;
  readonly #records: JsonFolder<typeof archivedDeclarationSchema>;
  readonly #stored: JsonFolder<typeof storedDeclarationSchema>;

  constructor(configDirectory: string) {
    this.#stored = new JsonFolder(join(configDirectory, 'declaration'), storedDeclarationSchema);
    this.#directory = join(configDirectory, 'archive', 'declaration');
    this.#records = new JsonFolder(this.#directory, archivedDeclarationSchema);
  }

  /** Unless it was taken back meanwhile. */
  async note({ id, tunnel, declaration }: StoredDeclaration): Promise<void> {
    await this.exclusively(id, async () => {
      if (!(await this.#stored.names()).includes(id)) return;
      const known = (await this.#records.read(id))?.declarations ?? [];
      if (known.includes(declaration)) return;
      const declarations = [...known, declaration].slice(-MAX_STATEMENTS);
      await this.#records.write(id, { version: 1, registration: id, label: tunnel, declarations });
    });
  }

  /** Within `exclusively`, and before the declaration itself goes: a statement that is there can be taken back again. */
  async forget(id: string): Promise<void> {
    await this.#records.remove(id);
  }

  /** Nothing is noted of it meanwhile. */
  async exclusively(id: string, work: () => Promise<void>): Promise<void> {
    await withLock(join(this.#directory, `${id}.lock`), work);
  }

  async all(): Promise<readonly KnownDeclaration[]> {
    return (await this.#records.all()).map(({ registration, label, declarations }) => ({
      registration,
      label,
      statements: declarations.flatMap(knownStatement),
    }));
  }
}

function knownStatement(text: string): KnownDeclaration['statements'] {
  try {
    return [{ text, claims: openDeclaration({ declaration: text, primitives: nodePrimitives }).claims }];
  } catch (cause) {
    if (cause instanceof RefusedError) return [];
    throw cause;
  }
}
