import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { SanadError } from '#shared/contract/problem.ts';
import type { IssuerPort } from '../issuer/client.ts';
import { issuerError } from '../issuer/problem.ts';
import type { StatusPublisher } from '../status/publisher.ts';
import type { Connection } from '../storage/database.ts';
import { asStorageProblem, storageError } from '../storage/problem.ts';

/** Whether this gateway can do its work, part by part. */
export interface Readiness {
  readonly ready: boolean;
  readonly parts: {
    readonly database: Part;
    readonly issuer: Part;
    readonly status_list: Part & { readonly age_seconds: number };
    readonly disk: Part & { readonly free_bytes: number };
  };
}

interface Part {
  readonly ok: boolean;
  /** The problem's, where it is not in order. */
  readonly code?: string;
}

export interface ReadinessParts {
  readonly database: Connection;
  readonly issuer: IssuerPort;
  readonly publisher: Pick<StatusPublisher, 'issuedAt'>;
  /** A directory on the file system whose room counts. */
  readonly directory: string;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

const PATIENCE_MILLISECONDS = 3000;
/** Clients stop at 72 hours unless their policy says otherwise; by then somebody should have been woken long ago. */
const OLDEST_LIST_SECONDS = 6 * 3600;
const LEAST_FREE_BYTES = 64 * 1024 * 1024;

export async function checkReadiness(parts: ReadinessParts): Promise<Readiness> {
  const { database, issuer, publisher, directory, now } = parts;
  const [databasePart, issuerPart, free] = await Promise.all([
    inTime(sql`select 1`.execute(database), storageError('storage_unavailable')),
    inTime(issuer.ask('statusList', {}), issuerError('issuer_unavailable')),
    freeBytes(directory),
  ]);
  const age = Math.max(now() - publisher.issuedAt, 0);
  const all = {
    database: databasePart,
    issuer: issuerPart,
    status_list: { ...okUnless(age > OLDEST_LIST_SECONDS, 'status_list_old'), age_seconds: age },
    disk: { ...okUnless(free < LEAST_FREE_BYTES, 'storage_full'), free_bytes: free },
  };
  return { ready: Object.values(all).every(({ ok }) => ok), parts: all };
}

/** `late`: what it is where there is no answer in time. */
async function inTime(work: Promise<unknown>, late: SanadError): Promise<Part> {
  const over = new AbortController();
  const waiting = sleep(PATIENCE_MILLISECONDS, undefined, { signal: over.signal });
  try {
    await Promise.race([work, waiting.then(() => Promise.reject(late))]);
    return { ok: true };
  } catch (error) {
    const known = asStorageProblem(error);
    return { ok: false, code: known instanceof SanadError ? known.problem.code : late.problem.code };
  } finally {
    over.abort();
    await waiting.catch(() => undefined);
  }
}

function okUnless(isBad: boolean, code: string): Part {
  return isBad ? { ok: false, code } : { ok: true };
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
