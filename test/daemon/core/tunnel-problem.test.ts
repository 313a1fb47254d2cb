import { describe, expect, it } from 'vitest';
import { tunnelProblem } from '#daemon/core/tunnel-problem.ts';

const problems = [
  tunnelProblem('needs_credentials'),
  tunnelProblem('handshake_timed_out'),
  tunnelProblem('tunnel_vanished'),
  tunnelProblem('peer_silent'),
  tunnelProblem('peer_strayed'),
  tunnelProblem('peer_unreachable'),
];

describe('what can befall a tunnel', () => {
  it.each(problems)('is told in a sentence and one next action: $code', ({ kind, reason, nextAction }) => {
    expect(kind).toBe('daemon');
    expect(reason).toMatch(/^[A-Z].*\.$/);
    expect(nextAction).toMatch(/^[A-Z].*\.$/);
  });

  it('is told in words of its own, and so that it is clear whether traffic is held back', () => {
    expect(new Set(problems.map(({ reason }) => reason)).size).toBe(problems.length);
    for (const { reason } of problems)
      expect(reason).toMatch(/traffic is blocked|traffic stays protected|nothing is sent there/);
  });
});
