import type { Problem } from '#shared/contract/problem.ts';
import { composePolicy, originsAll, type ComposedPolicy } from '#shared/registration/compose-policy.ts';
import { parsePolicy, strictestPolicy, type Policy } from '#shared/registration/policy.ts';
import { problemOf } from './service-problem.ts';
import { readTrustedFiles } from './trusted-directory.ts';

const MAX_POLICY_BYTES = 64 * 1024;

export interface PolicyReading extends ComposedPolicy {
  /** Why the files are not in force as they stand. null: they are. */
  readonly problem: Problem | null;
}

/** Built-in, then the administrator's files in lexical order. One wrong file, and the last good policy stays. */
export async function loadPolicy(source: {
  readonly path: string;
  readonly ownerUid: number;
  readonly lastGood: Policy | null;
}): Promise<PolicyReading> {
  const files = await readTrustedFiles({ ...source, suffix: '.json', maxBytes: MAX_POLICY_BYTES });
  try {
    const parsed = files.map((file) => {
      if ('cause' in file) throw file.cause;
      return { name: file.name, content: parsePolicy(file.text) };
    });
    return { ...composePolicy(parsed), problem: null };
  } catch (cause) {
    return { ...fallBack(source.lastGood), problem: problemOf(cause) };
  }
}

function fallBack(lastGood: Policy | null): ComposedPolicy {
  if (lastGood !== null) return { policy: lastGood, origins: originsAll({ kind: 'last_good' }) };
  return { policy: strictestPolicy, origins: originsAll({ kind: 'strictest' }) };
}
