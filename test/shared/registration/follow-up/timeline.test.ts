import { describe, expect, it } from 'vitest';
import type { RegistrationState, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { changesAfter, timelineOf } from '#shared/registration/follow-up/timeline.ts';
import { pakistan } from '#test/authority/profiles.ts';

const viewOf = (state: RegistrationState, more: Partial<RegistrationView> = {}): RegistrationView => ({
  ...{ id: '0f8fad5b-d9cb-469f-a165-70867728950e', state, profile: 'pk-pta@1', route: 'B' },
  ...{ category: 'freelancer', endpoints: [], note: null, submitted_at: 100, changed_at: 100 },
  ...{ amends: null, amended_by: null, fields: {}, thread: [], documents: [] },
  ...more,
});
const rows = (view: RegistrationView) =>
  timelineOf(view, pakistan).map((row) =>
    [row.kind, 'at' in row ? row.at : (row.label['en'] ?? ''), 'state' in row ? row.state : '']
      .filter((part) => part !== '')
      .join(' '),
  );

describe('a registration’s timeline', () => {
  it('says what was, what is, and what the authority’s procedure has ahead, in order', () => {
    expect(rows(viewOf('submitted'))).toEqual([
      ...['sent 100', 'ahead File the application there'],
      'ahead The internet provider confirms customer and address',
      'ahead PTA decides',
    ]);
    expect(rows(viewOf('verifying', { changed_at: 300 }))).toEqual([
      ...['sent 100', 'now 300 verifying', 'ahead PTA decides'],
    ]);
  });

  it('has questions and answers at their times', () => {
    const thread = [
      { sequence: 1, at: 150, from: 'reviewer' as const, text: 'Who?' },
      { sequence: 2, at: 160, from: 'registrant' as const, text: 'I' },
    ];
    const shown = rows(viewOf('needs_information', { thread, changed_at: 170 }));
    expect(shown.slice(0, 4)).toEqual(['sent 100', 'asked 150', 'answered 160', 'now 170 needs_information']);
  });

  it('has nothing ahead once it is decided, or where the rules are not here', () => {
    for (const state of ['attested', 'rejected', 'withdrawn', 'suspended', 'revoked', 'ended'] as const) {
      expect(rows(viewOf(state, { changed_at: 200 }))).toEqual(['sent 100', `now 200 ${state}`]);
    }
    expect(timelineOf(viewOf('verifying'), undefined).map(({ kind }) => kind)).toEqual(['sent', 'now']);
  });

  it('says what a change needs only where something is confirmed', () => {
    const needs = Object.fromEntries(
      changesAfter(viewOf('attested'), pakistan).map(({ id, needs: what }) => [id, what]),
    );
    expect(needs).toMatchObject({
      ...{ mobile_number: 'decision', sim: 'nothing', endpoint_key: 'certificate', office: 'decision' },
    });
    expect(changesAfter(viewOf('submitted'), pakistan)).toEqual([]);
  });
});
