import { describe, expect, it } from 'vitest';
import { composePolicy, originsAll } from '#shared/registration/compose-policy.ts';
import { builtInPolicy } from '#shared/registration/policy.ts';

describe('composePolicy', () => {
  it('without files is the built-in policy, and says so of every key', () => {
    const { policy, origins } = composePolicy([]);
    expect(policy).toEqual(builtInPolicy);
    expect(new Set(Object.values(origins).map(({ kind }) => kind))).toEqual(new Set(['built_in']));
  });

  it('has the last file that names a key say, and names that file', () => {
    const { policy, origins } = composePolicy([
      { name: '10-a.json', content: { status_grace_seconds: 7200, continue_without_tunnel: false } },
      { name: '20-b.json', content: { continue_without_tunnel: true } },
    ]);
    expect(policy).toEqual({ ...builtInPolicy, status_grace_seconds: 7200 });
    expect(origins).toEqual({
      accepted_assurances: { kind: 'built_in' },
      status_grace_seconds: { kind: 'file', file: '10-a.json' },
      clock_tolerance_seconds: { kind: 'built_in' },
      continue_without_tunnel: { kind: 'file', file: '20-b.json' },
    });
  });

  it('names the file that accepts more as the origin of what is accepted', () => {
    const files = [
      { name: '10-a.json', content: { accepted_assurances: ['attested' as const] } },
      { name: '50-b.json', content: { also_accepted_assurances: ['declared' as const] } },
      { name: '60-c.json', content: { also_accepted_assurances: [] } },
    ];
    const { policy, origins } = composePolicy(files);
    expect(policy.accepted_assurances).toEqual(['attested', 'declared']);
    expect(origins.accepted_assurances).toEqual({ kind: 'file', file: '50-b.json' });
  });

  it('names the file of each key, whichever it is', () => {
    const content = {
      ...builtInPolicy,
      accepted_assurances: ['exempt' as const],
      clock_tolerance_seconds: 1,
    };
    const { policy, origins } = composePolicy([{ name: 'all.json', content }]);
    expect(policy).toEqual(content);
    expect(origins).toEqual(originsAll({ kind: 'file', file: 'all.json' }));
  });
});

describe('originsAll', () => {
  it('says the same of every key that a policy has', () => {
    const origins = originsAll({ kind: 'strictest' });
    expect(Object.keys(origins)).toEqual(Object.keys(builtInPolicy));
    expect(new Set(Object.values(origins).map(({ kind }) => kind))).toEqual(new Set(['strictest']));
  });
});
