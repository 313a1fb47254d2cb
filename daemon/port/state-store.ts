import type { Problem } from '#shared/contract/problem.ts';
import type { Policy } from '#shared/registration/policy.ts';
import type { SocketAddress } from '../core/surroundings.ts';
import type { Target } from '../core/tunnel-state.ts';

/** What the daemon has to know after a crash besides signed files. Holds no secret. */
export interface Memory {
  /** Newest verified signed `iat`, epoch seconds; 0: none was seen. */
  readonly floor: number;
  /** Where the fetcher was let out to last. */
  readonly origins: readonly SocketAddress[];
  readonly lastGoodPolicy: Policy | null;
}

export type SignedFileKind = 'key-set' | 'status-list';

/** The daemon's disk. A write is there entirely or not at all, also after a power cut. */
export interface StateStore {
  /** `unreadable`: corrupt, or of a newer version; the reader has to fail closed. */
  readTarget(): Promise<Reading<Target>>;
  writeTarget(target: Target): Promise<void>;
  readMemory(): Promise<Reading<Memory>>;
  writeMemory(memory: Memory): Promise<void>;
  /** Texts as they were accepted. They are verified again by the reader. */
  readSignedFiles(kind: SignedFileKind): Promise<readonly string[]>;
  /** `name`: whom it is of (issuer, uri); one file a name. */
  writeSignedFile(kind: SignedFileKind, name: string, text: string): Promise<void>;
}

export type Reading<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly problem: Problem };
