import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { caseError } from '../case/problem.ts';
import type { RawRequest } from './request.ts';

export interface Parameters {
  /** A registration; empty on routes without one. */
  readonly id: string;
  /** One of its documents. */
  readonly document: string;
  readonly kind: string;
  /** A profile by its name, or by name and version. */
  readonly profile: string;
  /** One of its uploads. */
  readonly upload: string;
  /** Where a part begins; 0 on routes without one. */
  readonly offset: number;
}

const uuid = z.uuid();
const pathSchema = z.object({
  id: z.string().optional(),
  document: z.string().optional(),
  kind: z.string().optional(),
  profile: z.string().optional(),
  upload: z.string().optional(),
  offset: z.string().optional(),
});
/** As the client writes it: no sign, no leading zero, no more than a document is long. */
const offsetPattern = /^(?:0|[1-9]\d{0,7})$/;

/** What stands in a path. What is no identifier is answered like one that does not exist. */
export function readParameters(parameters: unknown): Parameters {
  const {
    id = '',
    document = '',
    kind = '',
    profile = '',
    upload = '',
    offset = '0',
  } = pathSchema.parse(parameters);
  if (id !== '' && !uuid.safeParse(id).success) throw caseError('registration_unknown');
  if (document !== '' && !uuid.safeParse(document).success) throw caseError('document_unknown');
  if (upload !== '' && !uuid.safeParse(upload).success) throw caseError('upload_unknown');
  if (!offsetPattern.test(offset)) throw caseError('upload_offset_wrong');
  return { id, document, kind, profile, upload, offset: Number(offset) };
}

export function rawRequest({ raw, body }: FastifyRequest): RawRequest {
  return {
    method: raw.method ?? '',
    url: raw.url ?? '',
    rawHeaders: raw.rawHeaders,
    body: Buffer.isBuffer(body) ? body : undefined,
  };
}
