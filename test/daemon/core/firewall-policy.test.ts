import { describe, expect, it } from 'vitest';
import { firewallPolicyFor } from '#daemon/core/firewall-policy.ts';
import { targetFor } from '#daemon/core/target.ts';
import type { Situation, TunnelState } from '#daemon/core/tunnel-state.ts';
import { tunnelProblem } from '#daemon/core/tunnel-problem.ts';
import { makeRequest, surroundings } from './request.ts';

const full = makeRequest();
const split = makeRequest({ allowedIps: ['10.0.0.0/8', 'fd66::/16'], dnsServers: ['9.9.9.9'] });
const cause = tunnelProblem('needs_credentials');
const disconnecting = { kind: 'disconnecting', failures: 0 } as const;

const policyIn = (situation: Situation) => {
  const state: TunnelState = {
    attempt: 1,
    rounds: 0,
    firewall: 'unknown',
    surroundings,
    trouble: null,
    ...situation,
  };
  return firewallPolicyFor(state, surroundings);
};

describe('firewallPolicyFor', () => {
  it('disconnected is open', () => {
    expect(policyIn({ kind: 'disconnected' })).toEqual({ kind: 'open' });
  });

  it('a full tunnel closes everything but its endpoint, the fetcher and the time service', () => {
    expect(policyIn({ kind: 'connected', request: full, since: 0, recovery: null })).toEqual({
      kind: 'closed',
      closure: { kind: 'everything' },
      tunnelInterface: 'sanad0',
      tunnelAddresses: ['10.66.66.2', 'fd66:66::2'],
      mark: 23118,
      endpoints: [{ address: '203.0.113.2', port: 51820 }],
      fetcher: surroundings.fetcher,
      timeUid: null,
    });
  });

  it('two halves that make a default route are a full tunnel', () => {
    const halves = makeRequest({ allowedIps: ['0.0.0.0/1', '128.0.0.0/1'] });
    expect(policyIn({ kind: 'connected', request: halves, since: 0, recovery: null })).toMatchObject({
      closure: { kind: 'everything' },
    });
  });

  it('a split tunnel closes its networks and its name servers', () => {
    expect(policyIn({ kind: 'connected', request: split, since: 0, recovery: null })).toMatchObject({
      closure: {
        kind: 'networks',
        networks: [
          { family: 4, address: '10.0.0.0', prefixLength: 8 },
          { family: 6, address: 'fd66::', prefixLength: 16 },
        ],
        dnsServers: ['9.9.9.9'],
      },
    });
  });

  it.each([
    ['full', full],
    ['split', split],
  ])('blocked after a %s tunnel keeps the same closed and lets no encrypted packet out', (_name, request) => {
    const connected = policyIn({ kind: 'connected', request, since: 0, recovery: null });
    const blocked = policyIn({ kind: 'blocked', target: targetFor(request), cause });
    expect(blocked).toEqual({ ...connected, endpoints: [] });
  });

  it('while the tunnel goes its own closure stands, whatever comes next', () => {
    const from = targetFor(full);
    const afterwards = [{ kind: 'disconnected' }, { kind: 'connecting', request: split }] as const;
    for (const then of afterwards) {
      const policy = policyIn({ ...disconnecting, stage: 'taking_tunnel_down', from, then });
      expect(policy).toMatchObject({ kind: 'closed', closure: { kind: 'everything' }, endpoints: [] });
    }
  });

  it('opens only after the tunnel has gone', () => {
    const then = { kind: 'disconnected' } as const;
    const opening = policyIn({ ...disconnecting, stage: 'opening_firewall', from: targetFor(full), then });
    expect(opening).toEqual({ kind: 'open' });
  });
});
