import { describe, expect, it } from 'vitest';
import { registrationStates, registrationViewSchema } from '#shared/contract/gateway-contract.ts';
import { listName } from '#shared/report/compose.ts';
import { mask, reportedDetails } from '#shared/report/mask.ts';
import { belongsToPaper, paperCodeText } from '#shared/report/paper-code.ts';
import { reportProblems } from '#shared/report/report-problem.ts';
import { labelOf, piecesOf, reportText, wordFor } from '#shared/report/text/index.ts';
import { verdictCodes } from '#shared/report/verdict.ts';
import { readProfile, type AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { PAKISTAN, profileJson } from '#test/authority/profiles.ts';
import { NOW } from '#test/shared/registration/issue.ts';
import { certificateOf, ID, makeReportScene, registrationOf, reportOf, sourcesOf } from './make-report.ts';

/** A profile that asks for these things, too. */
function profileWith(changes: Readonly<Record<string, object>>): AuthorityProfile {
  const json = profileJson(PAKISTAN);
  const added = Object.entries(changes).map(([id, change]) => ({
    ...{ id, label: { en: `${id} EN`, ur: `${id} UR` }, level: 'optional', scope: 'registration' },
    ...change,
  }));
  return readProfile({ ...json, fields: [...(json['fields'] as readonly object[]), ...added] });
}

describe('identity numbers', () => {
  it.each([
    ['35202-1234567-1', '•••••-••••567-1'],
    ['+923001234567', '+••••••••4567'],
    ['1234567', '•••••67'],
    ['AB', '••'],
    ['', ''],
  ])('%s is told as %s', (number, told) => expect(mask(number)).toBe(told));

  const profile = profileWith({
    crossing_id: { kind: 'identifier' },
    customer: { kind: 'text', masked: true },
    open_code: { kind: 'identifier', masked: false },
    lines: { kind: 'addresses' },
    house: { kind: 'text', reported: true },
    reason: { kind: 'paragraph' },
    moved_on: { kind: 'date' },
  });

  it('are masked, addresses told, and everything else left out, as the authority’s profile says of each field', () => {
    const fields = {
      house: 'Example Ltd',
      crossing_id: '3520212345671',
      customer: 'PK-778899',
      open_code: 'B-12',
      lines: '203.0.113.9, 203.0.113.10',
      reason: 'Work for clients abroad',
      moved_on: '2026-01-01',
      asked_by_nobody: 'private',
    };
    expect(reportedDetails(fields, profile)).toMatchObject([
      { name: 'crossing_id', value: '•••••••••5671', masked: true },
      { name: 'customer', value: '••-••••99', masked: true },
      { name: 'open_code', value: 'B-12', masked: false },
      { name: 'lines', value: '203.0.113.9, 203.0.113.10', masked: false },
      { name: 'house', value: 'Example Ltd', masked: false },
    ]);
  });

  it('are called what the profile calls them, in both languages', () => {
    const label = { en: 'house EN', ur: 'house UR' };
    expect(reportedDetails({ house: 'x' }, profile)).toEqual([
      { name: 'house', value: 'x', masked: false, label },
    ]);
    expect(labelOf({ name: 'house', label }, 'ur')).toBe('house UR');
    expect(labelOf({ name: 'house', label: { en: 'house EN' } }, 'ur')).toBe('house EN');
    expect(labelOf({ name: 'house' }, 'en')).toBe('house');
  });

  it('are masked whatever they are where the profile is not here', () => {
    expect(reportedDetails({ house: 'Example Ltd', purpose: 'Work' }, undefined)).toEqual([
      { name: 'house', value: '••••••• Ltd', masked: true },
      { name: 'purpose', value: '•••k', masked: true },
    ]);
  });
});

describe('what a gateway answers without measure', () => {
  const long = 'cnic_'.padEnd(65, 'x');
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`cnic_${n}`, '3520212345671']));

  it('is left out of a report: names longer than a field’s, and more answers than a case has', () => {
    expect(reportedDetails({ [long]: '1', cnic: '1' }, undefined)).toEqual([
      { name: 'cnic', value: '•', masked: true },
    ]);
    expect(reportedDetails(many, undefined)).toHaveLength(32);
  });

  it('hinders no report, also where it was kept before', () => {
    const scene = makeReportScene();
    const details = [
      { name: long, value: 'x'.repeat(300), masked: false },
      ...reportedDetails(many, undefined),
    ];
    const [endpoint = { public_key: '', host: '', port: 1 }] = certificateOf(scene).claims.endpoints;
    const unbounded = registrationOf(scene, {
      ...{
        label: 'x'.repeat(300),
        profile: 'x'.repeat(300),
        route: 'x'.repeat(300),
        category: 'x'.repeat(300),
      },
      ...{ details, endpoints: Array.from({ length: 20 }, () => endpoint), certificates: [] },
    });
    const report = reportOf(sourcesOf(scene, { registrations: [unbounded] }));
    expect(report.entries).toMatchObject([{ kind: 'case', details: reportedDetails(many, undefined) }]);
  });

  it('is no answer that a client takes', () => {
    const view = {
      ...{ id: ID, state: 'submitted', profile: 'p@1', route: 'a', category: 'b', endpoints: [] },
      ...{ note: null, submitted_at: NOW, changed_at: NOW },
    };
    const takes = (changes: object): boolean =>
      registrationViewSchema.safeParse({ ...view, ...changes }).success;
    expect(takes({ fields: { cnic: 'x' } })).toBe(true);
    const [endpoint] = certificateOf(makeReportScene()).claims.endpoints;
    for (const changes of [
      ...[{ fields: { [long]: '1' } }, { fields: { cnic: 'x'.repeat(2001) } }],
      ...[{ profile: 'x'.repeat(65) }, { route: 'x'.repeat(33) }, { category: 'x'.repeat(65) }],
      { endpoints: Array.from({ length: 9 }, () => endpoint) },
    ]) {
      expect(takes(changes)).toBe(false);
    }
  });
});

describe('the code on paper', () => {
  const sha256 = '0123456789abcdef'.repeat(4);
  const text = paperCodeText({ report: 'r', file: 'report.json', sha256 });

  it.each([
    ['the whole code', text, true],
    ['the number', sha256.toUpperCase(), true],
    ['its beginning in groups', '0123 4567 89ab cdef', true],
    ['too little of it', '0123 4567', undefined],
    ['another number', 'f'.repeat(16), false],
    ['words', 'hello', false],
  ])('%s tells whether the paper belongs to the file', (_, typed, belongs) => {
    expect(belongsToPaper(typed, sha256)).toBe(belongs);
  });
});

describe('a composed report', () => {
  it('brings no more than proves its registrations', () => {
    const scene = makeReportScene();
    const other = makeReportScene();
    const sources = sourcesOf(scene);
    const report = reportOf({
      ...sources,
      anchors: [...sources.anchors, { ...other.gateway.anchor, origin: 'https://other.test' }],
      keySets: [...sources.keySets, { of: 'https://other.test', issuedAt: NOW - 60, text: 'x' }],
      statusLists: [
        ...sources.statusLists,
        { of: listName('https://other.test', 'https://other.test/list'), issuedAt: NOW - 60, text: 'x' },
      ],
    });
    expect(report.anchors.map(({ origin }) => origin)).toEqual([scene.gateway.origin]);
    expect([report.key_sets.length, report.status_lists.length]).toEqual([1, 1]);
  });
});

describe('the words of a report', () => {
  const { en, ur } = reportText;

  it('there are for every verdict, state and problem, in both languages', () => {
    for (const text of [en, ur]) {
      for (const code of verdictCodes) {
        expect(wordFor(text, 'verdict', code)).toBeDefined();
        expect(wordFor(text, 'meaning', code)).toBeDefined();
      }
      for (const state of registrationStates) expect(wordFor(text, 'state', state)).toBeDefined();
      for (const code of Object.keys(reportProblems)) expect(wordFor(text, 'problem', code)).toBeDefined();
    }
  });

  it('take the same values in both languages', () => {
    const valuesOf = (sentence: string): string[] =>
      [...sentence.matchAll(/\{[a-z]+\}/g)].map(String).toSorted();
    for (const [name, sentence] of Object.entries(en)) {
      const other = Object.entries(ur).find(([key]) => key === name)?.[1] ?? '';
      expect([name, valuesOf(other)]).toEqual([name, valuesOf(sentence)]);
    }
  });

  it('keep a value apart from the sentence, so that it keeps its own direction', () => {
    expect(piecesOf('{from} to {to}', { from: '1', to: '2' })).toEqual([
      { kind: 'value', text: '1' },
      { kind: 'words', text: ' to ' },
      { kind: 'value', text: '2' },
    ]);
  });
});
