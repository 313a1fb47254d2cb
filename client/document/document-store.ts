import { join } from 'node:path';
import * as z from 'zod';
import { documentContentTypes, documentKindSchema } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { withLock } from '../file/lock.ts';
import type { Keychain } from '../keychain.ts';
import { SealedRecords } from '../vault/sealed-records.ts';
import { Vault } from '../vault/vault.ts';
import { vaultError } from '../vault/vault-problem.ts';
import { examineFile, type DocumentFile, type DocumentLimits } from './document-file.ts';
import { documentError } from './document-problem.ts';

const RECORD_KIND = 'document';
const CONTENT_KIND = 'document-content';

const keptDocumentSchema = z.strictObject({
  version: z.literal(1),
  /** As in letter, evidence: as the authority's rules name them. */
  kind: documentKindSchema,
  /** Of the content, base64url: what it is known by, and where it lies. */
  sha256: z.string().length(43),
  /** As the file was called; for the person's own eyes. */
  name: z.string(),
  contentType: z.enum(documentContentTypes),
  /** Bytes. */
  size: z.int().min(1),
  /** Seconds since the epoch. */
  addedAt: z.int().min(0),
});

/** A document that is kept on this computer, without its content. */
export type KeptDocument = Readonly<z.infer<typeof keptDocumentSchema>>;

interface StoreOptions {
  readonly keychain: Keychain;
  readonly configDirectory: string;
  /** Where the caller has one open, whose key is then read from the keychain once. */
  readonly vault?: Vault;
}

/** A person's documents, encrypted: each content once, whatever it is called and however often it is used. */
export class DocumentStore {
  readonly #vault: Vault;
  readonly #records: SealedRecords<typeof keptDocumentSchema>;
  readonly #lock: string;

  constructor(options: StoreOptions) {
    this.#vault = options.vault ?? new Vault(options);
    this.#records = new SealedRecords(this.#vault, RECORD_KIND, keptDocumentSchema);
    this.#lock = join(options.configDirectory, 'document.lock');
  }

  /** Keeps it, or finds that it is kept. */
  async add(file: DocumentFile, of: { readonly kind: string; readonly now: number }): Promise<KeptDocument> {
    const { sha256, name, contentType, size, bytes } = file;
    const kept: KeptDocument = {
      ...{ version: 1, kind: of.kind, addedAt: of.now },
      ...{ sha256, name, contentType, size },
    };
    // The keychain may ask a person: before the lock, which waits for nobody so long.
    const there = await this.#find(kept);
    if (there !== undefined) return there;
    await withLock(this.#lock, async () => {
      await this.#vault.write(CONTENT_KIND, sha256, bytes);
      // Last: what is listed can be read.
      await this.#records.write(recordName(kept), kept);
    });
    return kept;
  }

  /** The oldest first. `damaged`: how many more there are that cannot be read. */
  async list(): Promise<{ readonly documents: readonly KeptDocument[]; readonly damaged: number }> {
    const { records, damaged } = await this.#records.all();
    const byAge = (a: KeptDocument, b: KeptDocument): number =>
      a.addedAt - b.addedAt || recordName(a).localeCompare(recordName(b), 'en');
    return { documents: records.toSorted(byAge), damaged };
  }

  /** Its content; an error where it is damaged or gone. */
  async content({ sha256, size }: KeptDocument): Promise<Buffer> {
    const bytes = await this.#vault.read(CONTENT_KIND, sha256);
    if (bytes === undefined || bytes.length !== size) throw vaultError('vault_file_damaged');
    return bytes;
  }

  /** As if it had been read anew. */
  async file(document: KeptDocument, limits: DocumentLimits): Promise<DocumentFile> {
    return examineFile({ name: document.name, bytes: await this.content(document) }, limits);
  }

  /** The one that is meant by a beginning of its digest (four characters and more) or, if there is one, by its kind. */
  async find(meant: string): Promise<KeptDocument> {
    const { documents } = await this.list();
    const byDigest = documents.filter(({ sha256 }) => meant.length >= 4 && sha256.startsWith(meant));
    const found = byDigest.length === 0 ? documents.filter(({ kind }) => kind === meant) : byDigest;
    const [only] = found;
    if (only === undefined || found.length > 1) throw documentError('document_not_kept');
    return only;
  }

  /** Forgets it; its content goes when no other kind of document is the same content. */
  async remove(document: KeptDocument): Promise<void> {
    await this.list();
    await withLock(this.#lock, async () => {
      await this.#records.remove(recordName(document));
      await this.#sweep();
    });
  }

  /** Destroys the key of everything that is encrypted on this computer, and the files. */
  async wipe(): Promise<void> {
    await this.#vault.wipe();
  }

  /** Takes away contents that nothing is known of, such as a crash between content and record leaves. */
  async #sweep(): Promise<void> {
    const { records, damaged } = await this.#records.all();
    // A damaged record may be of any of them.
    if (damaged > 0) return;
    await this.#vault.keepOnly(
      CONTENT_KIND,
      records.map(({ sha256 }) => sha256),
    );
  }

  async #find(wanted: KeptDocument): Promise<KeptDocument | undefined> {
    try {
      const there = await this.#records.read(recordName(wanted));
      if (there === undefined) return undefined;
      await this.content(there);
      return there;
    } catch (cause) {
      // Added again it is whole again.
      if (isDamage(cause)) return undefined;
      throw cause;
    }
  }
}

function recordName({ kind, sha256 }: KeptDocument): string {
  return `${kind}/${sha256}`;
}

function isDamage(cause: unknown): boolean {
  return cause instanceof SanadError && cause.problem.code === 'vault_file_damaged';
}
