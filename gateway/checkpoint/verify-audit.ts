import type { VerifiedKeySet } from '#shared/registration/key-set.ts';
import { verifyChain, type ChainFault } from '../case/audit.ts';
import { auditContentOf, auditEntriesOf, registrationsWithHistory } from '../storage/audit-store.ts';
import {
  checkpointHeads,
  findCheckpoint,
  lastCheckpointWith,
  type StoredCheckpoint,
  type StoredHead,
} from '../storage/checkpoint-store.ts';
import type { Connection } from '../storage/database.ts';
import { listRegistrationIds } from '../storage/registration-store.ts';
import { readCheckpoint, type CheckpointClaims } from './checkpoint.ts';
import { treeRoot } from './tree.ts';

export type AuditFault =
  | ChainFault
  /** A registration without any history. */
  | 'chain_missing'
  /** The entry that the checkpoint names as the last one is gone: the chain was cut. */
  | 'head_missing'
  /** It is there and another one: the chain was written anew. */
  | 'head_differs'
  | 'checkpoint_signature_invalid'
  /** The heads noted beside the checkpoint are not those it was signed over. */
  | 'checkpoint_root_differs'
  /** The checkpoint that was published is not in the database: the database is an older one, or another. */
  | 'published_checkpoint_unknown'
  /** A checkpoint of that number is there, with other bytes. */
  | 'published_checkpoint_differs';

export interface AuditReport {
  readonly chains: number;
  readonly entries: number;
  /** Whose content was deleted; their place in the chain is proved all the same. */
  readonly withoutContent: number;
  readonly checkpoint?: { readonly number: number; readonly at: number };
  /** A later one that the issuer has not signed yet: what has grown since the signed one is held against this one. */
  readonly unsigned?: { readonly number: number };
  readonly faults: readonly {
    readonly fault: AuditFault;
    readonly registration?: string;
    readonly sequence?: number;
  }[];
}

interface Findings {
  chains: number;
  entries: number;
  withoutContent: number;
  readonly faults: AuditReport['faults'][number][];
}

export interface AuditQuestion {
  readonly keySet: VerifiedKeySet;
  /** A checkpoint as somebody else has kept it. */
  readonly published?: string;
}

/** Verifies every chain, and the chains against the newest checkpoint. Changes nothing. */
export async function verifyAudit(database: Connection, question: AuditQuestion): Promise<AuditReport> {
  const found: Findings = { chains: 0, entries: 0, withoutContent: 0, faults: [] };
  // First the checkpoint: a gateway that runs meanwhile lets chains grow, which leaves them fitting it.
  const state = await checkpointsAndHeads(database);
  const claims = checkCheckpoints(found, state, question.keySet);
  const { heads, newest } = state;
  if (question.published !== undefined) await checkPublished(found, database, question, question.published);
  const headOf = new Map(heads.map((head) => [head.registration, head]));
  for (const registration of await allRegistrations(database, headOf)) {
    await checkChain(found, database, { registration, head: headOf.get(registration) });
  }
  return {
    ...found,
    ...(claims === undefined ? {} : { checkpoint: { number: claims.number, at: claims.iat } }),
    ...(newest?.text === null ? { unsigned: { number: newest.number } } : {}),
  };
}

interface CheckpointState {
  /** The last that the issuer has signed. */
  readonly signed: StoredCheckpoint | undefined;
  /** The one that the heads were noted for: the same one, or the next while the issuer is away. */
  readonly newest: StoredCheckpoint | undefined;
  readonly heads: readonly StoredHead[];
}

/** Of one moment: read again where one was made in between. */
async function checkpointsAndHeads(database: Connection): Promise<CheckpointState> {
  return await database
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (transaction) => ({
      signed: await lastCheckpointWith(transaction, 'text'),
      newest: await lastCheckpointWith(transaction, 'root'),
      heads: await checkpointHeads(transaction),
    }));
}

/** The signed one against what was to be signed, the heads against what they were noted for. */
function checkCheckpoints(
  found: Findings,
  { signed, newest, heads }: CheckpointState,
  keySet: VerifiedKeySet,
): CheckpointClaims | undefined {
  const text = signed?.text ?? undefined;
  const claims = text === undefined ? undefined : readCheckpoint(text, keySet);
  if (text !== undefined && claims === undefined)
    found.faults.push({ fault: 'checkpoint_signature_invalid' });
  const isOther = claims !== undefined && (claims.root !== signed?.root || claims.number !== signed.number);
  const isHeadOther = newest !== undefined && treeRoot(heads) !== newest.root;
  if (isOther || isHeadOther) found.faults.push({ fault: 'checkpoint_root_differs' });
  return claims;
}

async function checkPublished(
  found: Findings,
  database: Connection,
  { keySet }: AuditQuestion,
  published: string,
): Promise<void> {
  const claims = readCheckpoint(published, keySet);
  if (claims === undefined) {
    found.faults.push({ fault: 'checkpoint_signature_invalid' });
    return;
  }
  const own = await findCheckpoint(database, claims.number);
  if (own === undefined || own.root === null) found.faults.push({ fault: 'published_checkpoint_unknown' });
  else if (own.text !== published) found.faults.push({ fault: 'published_checkpoint_differs' });
}

/** From each of the three places where one is named: none of them alone can hide one. */
async function allRegistrations(
  database: Connection,
  heads: ReadonlyMap<string, StoredHead>,
): Promise<readonly string[]> {
  const named = [
    ...(await registrationsWithHistory(database)),
    ...(await listRegistrationIds(database)),
    ...heads.keys(),
  ];
  return [...new Set(named)].toSorted();
}

async function checkChain(
  found: Findings,
  database: Connection,
  { registration, head }: { readonly registration: string; readonly head: StoredHead | undefined },
): Promise<void> {
  const entries = await auditEntriesOf(database, registration);
  const verdict = verifyChain(entries, await auditContentOf(database, registration));
  found.chains++;
  found.entries += entries.length;
  if (verdict.kind === 'broken') {
    found.faults.push({ fault: verdict.reason, registration, sequence: verdict.sequence });
  } else found.withoutContent += verdict.withoutContent;
  if (entries.length === 0) found.faults.push({ fault: 'chain_missing', registration });
  if (head === undefined) return;
  const entry = entries.find(({ sequence }) => sequence === head.sequence);
  const where = { registration, sequence: head.sequence };
  if (entry === undefined) found.faults.push({ fault: 'head_missing', ...where });
  else if (entry.hash !== head.hash) found.faults.push({ fault: 'head_differs', ...where });
}
