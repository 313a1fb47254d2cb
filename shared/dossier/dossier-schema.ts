import * as z from 'zod';
import { documentContentTypes, epochSeconds } from '../contract/registration-contract.ts';

/** The JSON of a dossier. A reader refuses a version that it does not know. */
export const DOSSIER_VERSION = 1;

const words = z.string().max(4000);
const value = z.string().max(2000);

const named = z.strictObject({ id: z.string().max(64), name: words });

export const dossierSchema = z.strictObject({
  format: z.literal('sanad-dossier'),
  version: z.literal(DOSSIER_VERSION),
  /** Says that it is the applicant's, and not the authority's. */
  notice: words,
  made_at: epochSeconds,
  authority: named,
  portal: z.strictObject({ name: words, url: z.string().max(500) }).nullable(),
  /** By which rules it was made, and who wrote them down. */
  profile: z.strictObject({
    reference: z.string().max(64),
    maintainer: z.string().max(200),
    sources: z.array(z.strictObject({ title: words, url: z.string().max(500), verified: z.iso.date() })),
  }),
  route: named,
  category: named,
  /** What the portal's form asks, in its words and order; `value` is null where nothing is known. */
  form: z.array(
    z.strictObject({ label: z.string().max(120), field: z.string().max(64), value: value.nullable() }),
  ),
  /** Every answer, as it is kept and as it is written. */
  answers: z.array(z.strictObject({ field: z.string().max(64), label: words, value, shown: value })),
  /** VPN servers, where this authority asks for them; no secret key of any kind. */
  endpoints: z.array(
    z.strictObject({
      host: z.string().max(255),
      port: z.int().min(1).max(65_535),
      public_key: z.string().length(44).optional(),
    }),
  ),
  endpoint_note: words.nullable(),
  documents: z.array(
    z.strictObject({
      kind: z.string().max(64),
      label: words,
      /** Its name among the attachments of the PDF. */
      file: z.string().max(120),
      content_type: z.enum(documentContentTypes),
      size: z.int().min(1),
      /** Hexadecimal, as sha256sum shows it. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  fee: words.nullable(),
  declaration: words,
});
export type Dossier = z.infer<typeof dossierSchema>;
export type DossierDocumentRow = Dossier['documents'][number];
