import { anchorSchema, type Anchor } from './gateway-contract.ts';
import { problemFrom, SanadError, type ProblemCatalogue } from './problem.ts';

/** An anchor is a few keys and one certificate; anything larger is not one. */
export const MAX_ANCHOR_BYTES = 64 * 1024;
export const ANCHOR_FILE_SUFFIX = '.json';

const anchorProblems = {
  anchor_malformed: {
    kind: 'usage',
    reason: 'The trust anchor is not one: it does not have the form that Sanad asks for.',
    nextAction: 'Ask the gateway’s operator for its join link or anchor file again.',
  },
  anchor_origin_not_allowed: {
    kind: 'usage',
    reason: 'The trust anchor names an origin that is not https://HOST[:PORT] (or http on loopback).',
    nextAction: 'Ask the gateway’s operator for its join link or anchor file again.',
  },
  anchor_untrusted_file: {
    kind: 'permission',
    reason: 'A trust anchor’s file or folder does not belong to root alone, so it is not used.',
    nextAction: 'As the administrator, look who wrote it, then run: sanad join LINK',
  },
} as const satisfies ProblemCatalogue<string>;

export function anchorError(
  code: keyof typeof anchorProblems,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(anchorProblems, code, options.detail), { cause: options.cause });
}

/** Reads an anchor's text. Every origin in it is one that may be asked. */
export function parseAnchor(text: string): Anchor {
  const parsed = anchorSchema.safeParse(parseJson(text));
  if (!parsed.success) throw anchorError('anchor_malformed', { cause: parsed.error });
  const anchor = parsed.data;
  for (const origin of [anchor.origin, ...anchor.status_origins]) parseOrigin(origin);
  return anchor;
}

/** Reads an anchor's file as installed: it must bear the anchor's name, so that one anchor is one file. */
export function parseAnchorFile(text: string, fileName: string): Anchor {
  const anchor = parseAnchor(text);
  if (fileName !== `${anchor.name}${ANCHOR_FILE_SUFFIX}`) {
    throw anchorError('anchor_malformed', { detail: 'its file does not bear its name' });
  }
  return anchor;
}

/** Where a gateway or a status list is served. */
export interface Origin {
  /** In its one spelling (RFC 6454 section 6.2): lower case, default port left out. */
  readonly text: string;
  readonly scheme: 'http' | 'https';
  /** Name, IPv4, or IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Every origin that the anchor allows: the gateway's first, then those that serve its lists. */
export function originsOf(anchor: Anchor): readonly [Origin, ...Origin[]] {
  return [parseOrigin(anchor.origin), ...anchor.status_origins.map(parseOrigin)];
}

/** https anywhere, http on loopback alone; nothing but scheme, host and port. */
export function parseOrigin(text: string): Origin {
  const url = URL.parse(text);
  if (url === null || !isBareOrigin(url, text)) throw anchorError('anchor_origin_not_allowed');
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (scheme === 'http' && !isLoopback(host)) throw anchorError('anchor_origin_not_allowed');
  const port = url.port === '' ? defaultPort(scheme) : Number(url.port);
  return { text: url.origin, scheme, host, port };
}

function isBareOrigin(url: URL, text: string): boolean {
  const plain = url.username === '' && url.password === '' && url.pathname === '/';
  const nothingAfter = url.search === '' && url.hash === '' && !/[?#\s]/.test(text);
  return /^https?:$/.test(url.protocol) && url.hostname !== '' && url.port !== '0' && plain && nothingAfter;
}

function defaultPort(scheme: 'http' | 'https'): number {
  return scheme === 'https' ? 443 : 80;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw anchorError('anchor_malformed', { cause });
  }
}
