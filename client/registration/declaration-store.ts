import { join } from 'node:path';
import { JsonFolder } from '../file/json-folder.ts';
import { withLock } from '../file/lock.ts';
import type { Keychain } from '../keychain.ts';
import { registrationError } from './registration-problem.ts';
import {
  declarationAccount,
  declarationSecretsSchema,
  storedDeclarationSchema,
  type DeclarationSecrets,
  type StoredDeclaration,
} from './stored-declaration.ts';

/** A person's declarations: what was signed in files, what opens their commitments in the keychain. */
export class DeclarationStore {
  readonly #configDirectory: string;
  readonly #directory: string;
  readonly #folder: JsonFolder<typeof storedDeclarationSchema>;

  constructor(configDirectory: string) {
    this.#configDirectory = configDirectory;
    this.#directory = join(configDirectory, 'declaration');
    this.#folder = new JsonFolder(this.#directory, storedDeclarationSchema);
  }

  /** Stated last first. */
  async all(): Promise<readonly StoredDeclaration[]> {
    const all = await this.#folder.all();
    return all.toSorted((a, b) => b.statement.agreed_at - a.statement.agreed_at);
  }

  /** By identifier, or the latest that was made for the tunnel; undefined: there is none. */
  async find(named: string): Promise<StoredDeclaration | undefined> {
    const all = await this.all();
    return all.find(({ id }) => id === named) ?? all.find(({ tunnel }) => tunnel === named);
  }

  /** One window at a time states something about a tunnel. */
  async exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return await withLock(join(this.#directory, 'state.lock'), work);
  }

  /**
   * What opens it first: a declaration that is there can be opened. `secrets` undefined: those of before stay, because
   * the commitments do.
   */
  async save(
    declaration: StoredDeclaration,
    options: { readonly keychain: Keychain; readonly secrets: DeclarationSecrets | undefined },
  ): Promise<void> {
    const { keychain, secrets } = options;
    if (secrets !== undefined)
      await keychain.set(declarationAccount(declaration.id), JSON.stringify(secrets));
    // The identifier is a UUID by its schema, and so safe as a file's name.
    await this.#folder.write(declaration.id, declaration);
    // For reports as of a past day. Loaded when something is written.
    const { keepDeclaration } = await import('../archive/keep.ts');
    await keepDeclaration(this.#configDirectory, declaration);
  }

  /** What its commitments hide; undefined: it has none. */
  async secretsOf({ id }: StoredDeclaration, keychain: Keychain): Promise<DeclarationSecrets | undefined> {
    const text = await keychain.get(declarationAccount(id));
    if (text === undefined) return undefined;
    try {
      return declarationSecretsSchema.parse(JSON.parse(text));
    } catch {
      // Without the cause: what could not be parsed is personal.
      throw registrationError('declaration_secret_unreadable');
    }
  }

  /** What was kept for reports too. With a locked keychain nothing is removed, rather than half of it. */
  async remove({ id }: StoredDeclaration, keychain: Keychain): Promise<void> {
    const { DeclarationArchive } = await import('../archive/declaration-archive.ts');
    const archive = new DeclarationArchive(this.#configDirectory);
    await archive.exclusively(id, async () => {
      await keychain.delete(declarationAccount(id));
      await archive.forget(id);
      await this.#folder.remove(id);
    });
  }
}
