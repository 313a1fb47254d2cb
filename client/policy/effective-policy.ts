import { isDeepStrictEqual } from 'node:util';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import { composePolicy, type ComposedPolicy } from '#shared/registration/compose-policy.ts';
import { withDaemon, type ClientContext } from '../client-context.ts';
import { checkPolicy, type CheckedPolicy } from './policy-file.ts';
import { policyUnknown } from './policy-problem.ts';

export interface EffectivePolicy extends ComposedPolicy {
  /** `files`: the service does not run; this is what it will take when it starts. */
  readonly source: 'service' | 'files';
  /** Why the administrator's files are not in force as they stand. */
  readonly problem: Problem | null;
  /** The files say something else by now, and the service has not read them again. */
  readonly isOutdated: boolean;
}

interface EffectivePolicyOptions {
  readonly client: ClientContext;
  readonly directory: string;
}

/**
 * What decides on this machine: by the word of the service, or, where it does not run, by the same rules over the same
 * files. With a file that is not valid only the service knows which policy it remembers, so then this is an error.
 */
export async function effectivePolicy({
  client,
  directory,
}: EffectivePolicyOptions): Promise<EffectivePolicy> {
  const onDisk = composed(await checkPolicy({ path: directory, ownerUid: client.anchors.ownerUid }));
  try {
    const said = await withDaemon(client, (daemon) => daemon.request('policy', {}));
    const isOutdated =
      said.problem === null && onDisk !== undefined && !isDeepStrictEqual(said.policy, onDisk.policy);
    return { ...said, source: 'service', isOutdated };
  } catch (cause) {
    if (!(cause instanceof SanadError) || cause.problem.code !== 'daemon_unreachable') throw cause;
    if (onDisk === undefined) throw new SanadError(policyUnknown(), { cause });
    return { ...onDisk, source: 'files', problem: null, isOutdated: false };
  }
}

/** undefined: one of them has a fault. */
function composed({ files }: CheckedPolicy): ComposedPolicy | undefined {
  const named = files.flatMap(({ file, content }) =>
    content === undefined ? [] : [{ name: file, content }],
  );
  return named.length < files.length ? undefined : composePolicy(named);
}
