import { expect, it } from 'vitest';
import { describeStatus } from '#cli/terminal/describe-status.ts';
import type { TunnelStatus } from '#shared/tunnel/tunnel-status.ts';

const NOW = 1_800_000_000;

function connected(silentSince: number | null | undefined): TunnelStatus {
  const peer = {
    publicKey: 'key',
    endpoint: '203.0.113.2:51820',
    latestHandshakeAt: NOW - 400,
    receivedBytes: 92,
    sentBytes: 148,
  };
  return {
    state: {
      kind: 'connected',
      tunnel: 'office',
      since: NOW - 4000,
      peers: [silentSince === undefined ? peer : { ...peer, silentSince }],
      registration: null,
    },
    target: 'protected',
    firewall: 'closed',
    warnings: [],
  };
}

const said = (status: TunnelStatus): string =>
  describeStatus(status, NOW)
    .map((line) => (typeof line === 'string' ? line : line.text))
    .join('\n');

it('says of a VPN server that does not answer since when', () => {
  expect(said(connected(NOW - 300))).toContain('it does not answer, last heard 5 min ago');
});

it.each([null, undefined])('says nothing of one that is well (%s)', (silentSince) => {
  expect(said(connected(silentSince))).not.toContain('does not answer');
});

it.each([
  ['attested', 'registration confirmed by https://gateway.test (pk-pta), certificate until '],
  ['exempt', 'registration given by the licensed provider https://gateway.test (pk-pta), certificate until '],
  [
    'provisional',
    'registration not decided yet, let by https://gateway.test meanwhile (pk-pta), certificate until ',
  ],
  ['declared', 'registration stated by you, confirmed by nobody (pk-pta), statement until '],
] as const)('says whose word a registration is: %s', (assurance, words) => {
  const status = connected(null);
  if (status.state.kind !== 'connected') throw new Error('it is connected');
  const registration = {
    ...{ issuer: 'https://gateway.test', registration: 'id', assurance, authority: 'pk-pta' },
    ...{ expiresAt: NOW + 86_400, statusListIssuedAt: null },
  };
  expect(said({ ...status, state: { ...status.state, registration } })).toContain(words);
});
