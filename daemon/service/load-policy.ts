import type { Problem } from '#shared/contract/problem.ts';
import {
  builtInPolicy,
  override,
  parsePolicy,
  strictestPolicy,
  type Policy,
} from '#shared/registration/policy.ts';
import { problemOf } from './service-problem.ts';
import { readTrustedFiles } from './trusted-directory.ts';

const MAX_POLICY_BYTES = 64 * 1024;

export interface PolicyReading {
  readonly policy: Policy;
  /** Why the files are not in force as they stand. null: they are. */
  readonly problem: Problem | null;
}

/** Built-in, then the administrator's files in lexical order. One wrong file, and the last good policy stays. */
export async function loadPolicy(source: {
  readonly path: string;
  readonly ownerUid: number;
  readonly lastGood: Policy | null;
}): Promise<PolicyReading> {
  let policy = builtInPolicy;
  for (const file of await readTrustedFiles({ ...source, suffix: '.json', maxBytes: MAX_POLICY_BYTES })) {
    try {
      if ('cause' in file) throw file.cause;
      policy = override(policy, parsePolicy(file.text));
    } catch (cause) {
      return { policy: source.lastGood ?? strictestPolicy, problem: problemOf(cause) };
    }
  }
  return { policy, problem: null };
}
