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
}

const uuid = z.uuid();
const pathSchema = z.object({
  id: z.string().optional(),
  document: z.string().optional(),
  kind: z.string().optional(),
  profile: z.string().optional(),
});

/** What stands in a path. What is no identifier is answered like one that does not exist. */
export function readParameters(parameters: unknown): Parameters {
  const { id = '', document = '', kind = '', profile = '' } = pathSchema.parse(parameters);
  if (id !== '' && !uuid.safeParse(id).success) throw caseError('registration_unknown');
  if (document !== '' && !uuid.safeParse(document).success) throw caseError('document_unknown');
  return { id, document, kind, profile };
}

export function rawRequest({ raw, body }: FastifyRequest): RawRequest {
  return {
    method: raw.method ?? '',
    url: raw.url ?? '',
    rawHeaders: raw.rawHeaders,
    body: Buffer.isBuffer(body) ? body : undefined,
  };
}
