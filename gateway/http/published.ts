import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayRoute } from '#shared/contract/gateway-contract.ts';

/**
 * The signed files that are the same for everybody, and the seconds for which a cache may give them without asking: of the
 * list, that much longer a revocation may take to be seen, beside the quarter of an hour after which clients look.
 */
const keptSeconds: Partial<Readonly<Record<GatewayRoute, number>>> = {
  statusList: 60,
  checkpoint: 60,
  keySet: 300,
  anchor: 300,
};

/** A cache whose gateway is away goes on with what it has: the files say themselves how long they are good for. */
const KEPT_WITHOUT_GATEWAY_SECONDS = 86_400;

interface Tagged {
  readonly text: string;
  readonly tag: string;
}

/** The last of each, since a list of many certificates is not hashed for every reader. */
const tagged = new Map<GatewayRoute, Tagged>();

/** Whether the answer of this route is one of them. */
export const isPublished = (name: GatewayRoute): boolean => keptSeconds[name] !== undefined;

/** RFC 9110 section 13.1.2: 304 without the file to whoever has this very one. */
export function sendPublished(
  { headers }: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
  file: { readonly name: GatewayRoute; readonly type: string; readonly text: string },
): FastifyReply {
  const { name, type, text } = file;
  const tag = tagOf(name, text);
  reply.headers({
    etag: tag,
    'cache-control': `public, max-age=${keptSeconds[name] ?? 0}, stale-if-error=${KEPT_WITHOUT_GATEWAY_SECONDS}`,
  });
  return has(headers['if-none-match'], tag) ? reply.code(304).send() : reply.type(type).send(text);
}

function tagOf(name: GatewayRoute, text: string): string {
  const last = tagged.get(name);
  if (last?.text === text) return last.tag;
  // Of the content alone: two front ends give the same, and no reader can be told from another by it.
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  tagged.set(name, { text, tag });
  return tag;
}

/** The weak comparison: caches that compress make a tag weak. */
function has(field: string | undefined, tag: string): boolean {
  const named = (field ?? '').split(',').map((one) => one.trim());
  return named.includes('*') || named.some((one) => one.replace(/^W\//, '') === tag);
}
