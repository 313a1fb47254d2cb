import { parseOrigin, type Origin } from '#shared/contract/anchor-file.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { cliError } from '../cli-problem.ts';

export interface JoinLink {
  readonly origin: Origin;
  /** Hex, lower case, no spaces: SHA-256 over the gateway's root keys. */
  readonly fingerprint: string;
  /** Hex: SHA-256 of the anchor's tls_ca as text, where the operator put it into the link. */
  readonly tlsCaHash: string | undefined;
}

export function isJoinLink(text: string): boolean {
  return text.toLowerCase().startsWith('sanad:');
}

/** sanad://join?origin=ORIGIN&fingerprint=HEX[&tls_ca=HEX]; nothing else, and nothing twice. */
export function parseJoinLink(text: string): JoinLink {
  const url = URL.parse(text);
  const names = [...(url?.searchParams.keys() ?? [])];
  const isKnown = names.every((name) => ['origin', 'fingerprint', 'tls_ca'].includes(name));
  if (url?.protocol !== 'sanad:' || url.host !== 'join' || !isKnown || new Set(names).size !== names.length) {
    throw cliError('join_link_malformed');
  }
  return {
    origin: readOrigin(url.searchParams.get('origin') ?? ''),
    fingerprint: readHash(url.searchParams.get('fingerprint') ?? ''),
    tlsCaHash: url.searchParams.has('tls_ca') ? readHash(url.searchParams.get('tls_ca') ?? '') : undefined,
  };
}

/** As people copy it: groups of four, dashes or spaces between, any case. */
function readHash(text: string): string {
  const hex = text.replace(/[\s:+-]/g, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw cliError('join_link_malformed', { detail: 'fingerprint' });
  return hex;
}

function readOrigin(text: string): Origin {
  try {
    return parseOrigin(text);
  } catch (cause) {
    if (cause instanceof SanadError) throw cliError('join_link_malformed', { detail: 'origin', cause });
    throw cause;
  }
}
