import * as z from 'zod';
import { documentContentTypes, documentKindSchema } from '#shared/contract/gateway-contract.ts';
import type { Keychain } from '../keychain.ts';
import { SealedRecords } from '../vault/sealed-records.ts';
import { Vault } from '../vault/vault.ts';
import { examineFile, type DocumentFile } from './document-file.ts';
import type { PreparedDocument } from './prepare.ts';

const RECORD_KIND = 'outgoing';
const CONTENT_KIND = 'outgoing-content';
/** What nobody sent by then is not wanted. */
const KEPT_SECONDS = 14 * 86_400;

const outgoingSchema = z.strictObject({
  version: z.literal(1),
  registration: z.string(),
  kind: documentKindSchema,
  /** Digest of the file that it was made of. */
  original: z.string().length(43),
  /** Sent unprepared, as was wanted. */
  asIs: z.boolean(),
  name: z.string(),
  contentType: z.enum(documentContentTypes),
  /** Digest of what is sent. */
  sha256: z.string().length(43),
  isStamped: z.boolean(),
  isChanged: z.boolean(),
  /** Seconds since the epoch. */
  madeAt: z.int().min(0),
});
type Outgoing = z.infer<typeof outgoingSchema>;

/** What a copy is made of and for: made again of the same for the same it is the same copy. */
export interface OutgoingOf {
  readonly registration: string;
  readonly kind: string;
  /** Digest of the original. */
  readonly original: string;
  readonly asIs: boolean;
}

/**
 * Copies on their way to a gateway, encrypted: prepared once and sent until the gateway has them. What a stamp says, a day
 * later it would say otherwise; and an upload that broke off goes on with the very same bytes.
 */
export class OutgoingStore {
  readonly #vault: Vault;
  readonly #records: SealedRecords<typeof outgoingSchema>;

  constructor(options: { readonly keychain: Keychain; readonly configDirectory: string }) {
    this.#vault = new Vault(options);
    this.#records = new SealedRecords(this.#vault, RECORD_KIND, outgoingSchema);
  }

  /** The copy that was begun to be sent, if there is one that can still be used. */
  async find(of: OutgoingOf): Promise<PreparedDocument | undefined> {
    const { records } = await this.#records.all();
    const record = records.find((one) => nameOf(one) === nameOf(of));
    if (record === undefined) return undefined;
    const bytes = await this.#vault.read(CONTENT_KIND, nameOf(of));
    const file = bytes === undefined ? undefined : fileOf(record, bytes);
    if (file?.sha256 !== record.sha256) return undefined;
    const { isStamped, isChanged } = record;
    return { file, isStamped, isChanged };
  }

  async keep(of: OutgoingOf, { file, isStamped, isChanged }: PreparedDocument, now: number): Promise<void> {
    await this.#forgetOld(now);
    await this.#vault.write(CONTENT_KIND, nameOf(of), file.bytes);
    const { name, contentType, sha256 } = file;
    const { registration, kind, original, asIs } = of;
    await this.#records.write(nameOf(of), {
      ...{ version: 1, registration, kind, original, asIs },
      ...{ name, contentType, sha256, isStamped, isChanged, madeAt: now },
    });
  }

  /** The gateway has it, or will not take it. */
  async forget(of: OutgoingOf): Promise<void> {
    await this.#records.remove(nameOf(of));
    await this.#vault.remove(CONTENT_KIND, nameOf(of));
  }

  /** Nothing will come of that registration any more. */
  async forgetAllOf(registration: string): Promise<void> {
    await this.#forgetWhere((one) => one.registration === registration);
  }

  async #forgetOld(now: number): Promise<void> {
    await this.#forgetWhere(({ madeAt }) => madeAt < now - KEPT_SECONDS);
  }

  async #forgetWhere(isMeant: (outgoing: Outgoing) => boolean): Promise<void> {
    const { records } = await this.#records.all();
    for (const record of records.filter(isMeant)) await this.forget(record);
  }
}

function nameOf({ registration, kind, original, asIs }: OutgoingOf): string {
  return [registration, kind, original, asIs ? 'as-is' : 'prepared'].join('/');
}

function fileOf({ name }: Outgoing, bytes: Buffer): DocumentFile {
  return examineFile({ name, bytes }, { bytes: bytes.length });
}
