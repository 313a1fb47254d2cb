import * as z from 'zod';
import { uploadBeginSchema, type UploadBegin } from '#shared/contract/gateway-contract.ts';
import type { Connection } from './database.ts';

const rowSchema = z.object({
  ...uploadBeginSchema.shape,
  id: z.string(),
  registration: z.string(),
  received: z.int(),
  expires_at: z.coerce.number(),
});

/** A document on its way in parts. */
export type StoredUpload = Readonly<z.infer<typeof rowSchema>>;

export interface StoredPart {
  readonly upload: string;
  /** Where in the document it begins. */
  readonly start: number;
  readonly file: string;
  readonly wrapped_key: string;
}

export async function insertUpload(connection: Connection, upload: StoredUpload): Promise<void> {
  await connection.insertInto('upload').values(upload).execute();
}

export async function uploadsOf(
  connection: Connection,
  registration: string,
): Promise<readonly StoredUpload[]> {
  const rows = await connection
    .selectFrom('upload')
    .selectAll()
    .where('registration', '=', registration)
    .execute();
  return rows.map((row) => rowSchema.parse(row));
}

/** The upload of that very document, as that kind. */
export function uploadOf(
  uploads: readonly StoredUpload[],
  { kind, sha256 }: Pick<UploadBegin, 'kind' | 'sha256'>,
): StoredUpload | undefined {
  return uploads.find((one) => one.kind === kind && one.sha256 === sha256);
}

export async function keepUploadUntil(connection: Connection, id: string, expiresAt: number): Promise<void> {
  await connection.updateTable('upload').set({ expires_at: expiresAt }).where('id', '=', id).execute();
}

/** False where the upload is no longer at `from`: another part was first. */
export async function moveUpload(
  connection: Connection,
  { id, from, to }: { readonly id: string; readonly from: number; readonly to: number },
): Promise<boolean> {
  const result = await connection
    .updateTable('upload')
    .set({ received: to })
    .where('id', '=', id)
    .where('received', '=', from)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function insertPart(connection: Connection, part: StoredPart): Promise<void> {
  await connection.insertInto('upload_part').values(part).execute();
}

/** In their order. */
export async function partsOf(connection: Connection, upload: string): Promise<readonly StoredPart[]> {
  return await connection
    .selectFrom('upload_part')
    .selectAll()
    .where('upload', '=', upload)
    .orderBy('start')
    .execute();
}

/** Takes an upload away, whose keys are gone with its rows. Gives the files, which nothing opens any more. */
export async function deleteUpload(connection: Connection, upload: string): Promise<readonly string[]> {
  const files = (await partsOf(connection, upload)).map(({ file }) => file);
  await connection.deleteFrom('upload_part').where('upload', '=', upload).execute();
  await connection.deleteFrom('upload').where('id', '=', upload).execute();
  return files;
}

export async function uploadFilesOf(
  connection: Connection,
  registration: string,
): Promise<readonly string[]> {
  const rows = await connection
    .selectFrom('upload_part')
    .innerJoin('upload', 'upload.id', 'upload_part.upload')
    .select('upload_part.file as file')
    .where('upload.registration', '=', registration)
    .execute();
  return rows.map(({ file }) => file);
}

export async function deleteUploads(connection: Connection, registration: string): Promise<void> {
  for (const { id } of await uploadsOf(connection, registration)) await deleteUpload(connection, id);
}

export async function expiredUploads(connection: Connection, now: number): Promise<readonly string[]> {
  const rows = await connection.selectFrom('upload').select('id').where('expires_at', '<=', now).execute();
  return rows.map(({ id }) => id);
}
