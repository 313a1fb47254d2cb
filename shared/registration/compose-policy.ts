import { builtInPolicy, override, type Policy, type PolicyFile, type PolicyKey } from './policy.ts';

/** Where a value in force comes from. */
export type PolicyOrigin =
  | { readonly kind: 'built_in' }
  | { readonly kind: 'file'; readonly file: string }
  /** A file is not valid: the last policy that was, of which only the values are remembered. */
  | { readonly kind: 'last_good' }
  /** A file is not valid, and there is no last good policy. */
  | { readonly kind: 'strictest' };

export type PolicyOrigins = Readonly<Record<PolicyKey, PolicyOrigin>>;

export interface ComposedPolicy {
  readonly policy: Policy;
  readonly origins: PolicyOrigins;
}

interface NamedPolicyFile {
  readonly name: string;
  readonly content: PolicyFile;
}

/** Built-in, then the administrator's files in the order given: each says over the ones before it, key by key. */
export function composePolicy(files: readonly NamedPolicyFile[]): ComposedPolicy {
  const policy = files.reduce((before, { content }) => override(before, content), builtInPolicy);
  const originOf = (key: PolicyKey): PolicyOrigin => {
    const file = files.findLast(({ content }) => says(content, key))?.name;
    return file === undefined ? { kind: 'built_in' } : { kind: 'file', file };
  };
  return {
    policy,
    origins: {
      accepted_assurances: originOf('accepted_assurances'),
      status_grace_seconds: originOf('status_grace_seconds'),
      clock_tolerance_seconds: originOf('clock_tolerance_seconds'),
      continue_without_tunnel: originOf('continue_without_tunnel'),
    },
  };
}

function says(content: PolicyFile, key: PolicyKey): boolean {
  if (content[key] !== undefined) return true;
  return key === 'accepted_assurances' && (content.also_accepted_assurances ?? []).length > 0;
}

/** The same for every key. */
export function originsAll(origin: PolicyOrigin): PolicyOrigins {
  return {
    accepted_assurances: origin,
    status_grace_seconds: origin,
    clock_tolerance_seconds: origin,
    continue_without_tunnel: origin,
  };
}
