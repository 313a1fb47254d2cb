import { createHash } from 'node:crypto';
import type { StoredAuditContent, StoredAuditEntry } from '../storage/audit-store.ts';
import { canonicalJson } from './canonical-json.ts';

/** What the first entry of a chain follows. */
export const CHAIN_START = '0'.repeat(64);

export interface AuditEvent {
  readonly registration: string;
  readonly at: number;
  /** `device:THUMBPRINT` or `reviewer:THUMBPRINT`. */
  readonly actor: string;
  readonly action: string;
  /** What happened, in full. Only a commitment to it enters the chain. */
  readonly content: unknown;
  /** Hex, 32 random bytes: without it a commitment to a short content could be guessed. */
  readonly salt: string;
}

/** The entry that follows `last` in its registration's chain, and the content it commits to. */
export function chainEntry(
  event: AuditEvent,
  last: StoredAuditEntry | undefined,
): { readonly entry: StoredAuditEntry; readonly content: StoredAuditContent } {
  const text = canonicalJson(event.content);
  const sequence = (last?.sequence ?? 0) + 1;
  const unhashed = {
    registration: event.registration,
    sequence,
    at: event.at,
    actor: event.actor,
    action: event.action,
    commitment: commitmentTo(event.salt, text),
    previous: last?.hash ?? CHAIN_START,
  };
  return {
    entry: { ...unhashed, hash: hashOf(unhashed) },
    content: { sequence, salt: event.salt, content: text },
  };
}

export type ChainVerdict =
  | { readonly kind: 'intact'; /** Entries whose content was deleted. */ readonly withoutContent: number }
  | { readonly kind: 'broken'; readonly sequence: number; readonly reason: ChainFault };
export type ChainFault =
  'sequence_gap' | 'previous_differs' | 'hash_differs' | 'content_differs' | 'registration_differs';

/**
 * Is this chain as it was written? Deleted content leaves it intact; a changed, dropped, added or moved entry
 * does not. (Entries cut off the end are found by comparing with a published head.)
 */
export function verifyChain(
  entries: readonly StoredAuditEntry[],
  contents: readonly StoredAuditContent[],
): ChainVerdict {
  let last: StoredAuditEntry | undefined;
  let withoutContent = 0;
  for (const entry of entries) {
    const content = contents.find(({ sequence }) => sequence === entry.sequence);
    const reason = faultOf(entry, last, content);
    if (reason !== undefined) return { kind: 'broken', sequence: entry.sequence, reason };
    if (content === undefined) withoutContent++;
    last = entry;
  }
  return { kind: 'intact', withoutContent };
}

function faultOf(
  entry: StoredAuditEntry,
  last: StoredAuditEntry | undefined,
  content: StoredAuditContent | undefined,
): ChainFault | undefined {
  if (entry.sequence !== (last?.sequence ?? 0) + 1) return 'sequence_gap';
  if (last !== undefined && entry.registration !== last.registration) return 'registration_differs';
  if (entry.previous !== (last?.hash ?? CHAIN_START)) return 'previous_differs';
  if (entry.hash !== hashOf(entry)) return 'hash_differs';
  if (content !== undefined && entry.commitment !== commitmentTo(content.salt, content.content)) {
    return 'content_differs';
  }
  return undefined;
}

function commitmentTo(salt: string, text: string): string {
  return createHash('sha256').update(Buffer.from(salt, 'hex')).update(text).digest('hex');
}

function hashOf(entry: Omit<StoredAuditEntry, 'hash'>): string {
  const { registration, sequence, at, actor, action, commitment, previous } = entry;
  // An array, not an object: the order is part of the format.
  const text = JSON.stringify([registration, sequence, at, actor, action, commitment, previous]);
  return createHash('sha256').update(text).digest('hex');
}
