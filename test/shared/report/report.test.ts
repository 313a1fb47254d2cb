import { describe, expect, it } from 'vitest';
import { registrationStates, registrationViewSchema } from '#shared/contract/gateway-contract.ts';
import { listName } from '#shared/report/compose.ts';
import { mask, reportedDetails } from '#shared/report/mask.ts';
import { belongsToPaper, paperCodeText } from '#shared/report/paper-code.ts';
import { reportProblems } from '#shared/report/report-problem.ts';
import { piecesOf, reportText, wordFor } from '#shared/report/text/index.ts';
import { verdictCodes } from '#shared/report/verdict.ts';
import { NOW } from '#test/shared/registration/issue.ts';
import { certificateOf, ID, makeReportScene, registrationOf, reportOf, sourcesOf } from './make-report.ts';

describe('identity numbers', () => {
  it.each([
    ['35202-1234567-1', '•••••-••••567-1'],
    ['+923001234567', '+••••••••4567'],
    ['1234567', '•••••67'],
    ['AB', '••'],
    ['', ''],
  ])('%s is told as %s', (number, told) => expect(mask(number)).toBe(told));

  it('are masked, addresses and company are told, and what proves nothing is left out', () => {
    const fields = {
      cnic: '3520212345671',
      subscriber_id: 'PK-778899',
      source_address: '203.0.113.9, 203.0.113.10',
      company_name: 'Example Ltd',
      purpose: 'Work for clients abroad',
      employer: 'Somebody',
      note: 'private',
    };
    expect(reportedDetails(fields)).toEqual([
      { name: 'cnic', value: '•••••••••5671', masked: true },
      { name: 'subscriber_id', value: '••-••••99', masked: true },
      { name: 'source_address', value: '203.0.113.9, 203.0.113.10', masked: false },
      { name: 'company_name', value: 'Example Ltd', masked: false },
    ]);
  });
});

describe('what a gateway answers without measure', () => {
  const long = 'cnic_'.padEnd(65, 'x');
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`cnic_${n}`, '3520212345671']));

  it('is left out of a report: names longer than a field’s, and more answers than a case has', () => {
    expect(reportedDetails({ [long]: '1', cnic: '1' })).toEqual([{ name: 'cnic', value: '•', masked: true }]);
    expect(reportedDetails(many)).toHaveLength(32);
  });

  it('hinders no report, also where it was kept before', () => {
    const scene = makeReportScene();
    const details = [{ name: long, value: 'x'.repeat(300), masked: false }, ...reportedDetails(many)];
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
    expect(report.entries).toMatchObject([{ kind: 'case', details: reportedDetails(many) }]);
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
