import { describe, expect, it } from 'vitest';
import { SanadError } from '#shared/contract/problem.ts';
import { readProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { smallProfileDocument } from './small-profile.ts';

function refusalOf(json: unknown): { readonly code: string; readonly reason: string } {
  try {
    readProfile(json);
  } catch (error) {
    if (error instanceof SanadError) return error.problem;
    throw error;
  }
  throw new Error('the profile was read');
}

const document = smallProfileDocument();
const { fields, routes, route_finder: finder } = document;
const en = (text: string) => ({ en: text });

const letter = (body: string) => ({
  ...{ id: 'letter', title: en('Letter'), summary: en('A letter'), subject: en('{number}, {today}') },
  body: en(body),
});
const deadline = (announced: string | null) => ({
  ...{ id: 'end', title: en('End'), date: '2026-03-01', status: 'in_force', announced, source: 'page' },
});

describe('reading a profile', () => {
  it('names it by name and version', () => {
    expect(readProfile(document).reference).toBe('xx-small@3');
  });

  it.each([null, 7, 'x', [], {}, { format: 1 }])('%o is none', (json) => {
    expect(refusalOf(json).code).toBe('profile_malformed');
  });

  it('asks for a newer Sanad where the format or a feature is newer', () => {
    expect(refusalOf({ format: 2, anything: true }).code).toBe('profile_format_unknown');
    expect(refusalOf({ ...document, requires: ['tides'] }).code).toBe('profile_feature_unknown');
  });

  it.each([
    ['a member that it does not know', { colour: 'red' }, 'colour'],
    ['a language without English', { languages: ['ur'] }, 'English'],
    ['a text that lacks a language', { languages: ['en', 'ur'] }, 'no text in ur'],
    ['a text in a language of nobody', { declaration: { en: 'x', fr: 'y' } }, 'fr'],
    ['a route twice', { routes: [...routes, ...routes] }, 'stands twice'],
    ['a category on a route that is not there', { routes: routes.slice(0, 1) }, 'there is no phone'],
    [
      'a last rule with a condition',
      { route_finder: { ...finder, rules: finder.rules.slice(0, 1) } },
      'last one',
    ],
    [
      'a source that is not there',
      { sources: [{ ...document.sources[0], id: 'other' }] },
      'there is no page',
    ],
    ['a time zone of nowhere', { calendar: { ...document.calendar, time_zone: 'Moon/Tycho' } }, 'time zone'],
    ['a portal channel without a portal', { channels: [{ kind: 'portal' }] }, 'do not fit'],
    ['an e-mail channel without an address', { channels: [{ kind: 'email' }] }, 'do not fit'],
    ['a channel twice', { channels: [{ kind: 'gateway' }, { kind: 'gateway' }] }, 'stands twice'],
    ['a letter that asks for what nobody has', { letters: [letter('Dear {friend}')] }, 'no friend'],
    ['a letter with a brace too many', { letters: [letter('Dear {number')] }, 'brace'],
    [
      'a deadline that is over before it was announced',
      { deadlines: [deadline('2026-03-02')] },
      'over before',
    ],
    [
      'a website without TLS',
      { authority: { ...document.authority, website: 'http://office.example/' } },
      'website',
    ],
  ])('refuses %s', (_what, change, detail) => {
    const { code, reason } = refusalOf({ ...document, ...change });
    expect(code).toBe('profile_malformed');
    expect(reason).toContain(detail);
  });

  it.each([
    ['that nests repetitions', '((a{100}){100}){100}'],
    ['that looks ahead', '(?=a)a'],
    ['that is none', '('],
  ])('refuses a pattern %s', (_what, pattern) => {
    const rules = [{ pattern, level: 'required', reason: en('x') }];
    const [first, ...rest] = fields;
    expect(refusalOf({ ...document, fields: [{ ...first, rules }, ...rest] }).reason).toContain(
      'fields.number',
    );
  });

  it('takes a letter with plain arguments, and a deadline of which nobody knows when it was announced', () => {
    const deadlines = [deadline(null), { ...deadline('2026-02-01'), id: 'other' }];
    expect(readProfile({ ...document, deadlines, letters: [letter('To {number}')] }).reference).toBe(
      'xx-small@3',
    );
  });

  it('refuses a field that depends on one after it, so that there is no circle', () => {
    const last = { ...fields[0], id: 'first', when: { field: { id: 'tax', is: ['yes'] } } };
    expect(refusalOf({ ...document, fields: [last, ...fields] }).reason).toContain('comes later');
  });
});
