import type { FastifyReply } from 'fastify';
import type * as z from 'zod';
import { CONTENT_TYPE } from '#shared/contract/request-signature.ts';

/** What the contract does not list does not leave, whatever a handler gives. */
export function jsonText(schema: z.ZodType, answer: unknown): string {
  return JSON.stringify(schema.parse(answer));
}

export function sendJson(reply: FastifyReply, schema: z.ZodType, answer: unknown): FastifyReply {
  return reply.type(CONTENT_TYPE).send(jsonText(schema, answer));
}
