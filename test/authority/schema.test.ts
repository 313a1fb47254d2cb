import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { profileJsonSchema } from '#shared/registration/authority-profile/json-schema.ts';
import { authorityProfileSchema } from '#shared/registration/authority-profile/profile-schema.ts';
import { smallProfileDocument } from '../shared/registration/authority-profile/small-profile.ts';
import { MERIDIA, PAKISTAN, profileJson } from './profiles.ts';

const written: unknown = JSON.parse(readFileSync('authority/profile.schema.json', 'utf8'));
const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
const validate = ajv.compile(written as object);

/** What both say, who have to say the same. */
function judgement(json: unknown): boolean {
  const [ours, theirs] = [authorityProfileSchema.safeParse(json).success, validate(json)];
  if (ours !== theirs)
    throw new Error(`zod ${ours}, JSON Schema ${theirs}: ${JSON.stringify(validate.errors)}`);
  return ours;
}

const small = smallProfileDocument();
const change = (changes: object) => ({ ...small, ...changes });
const [field] = small.fields;
const withField = (changes: object) => change({ fields: [{ ...field, ...changes }] });

describe('authority/profile.schema.json', () => {
  it('is the present schema (else: node script/lib/write-profile-schema.ts)', () => {
    expect(written).toEqual(profileJsonSchema());
  });

  it.each([PAKISTAN, MERIDIA])('takes %s, as zod does', (file) => {
    expect(judgement(profileJson(file))).toBe(true);
  });

  it.each<readonly [string, unknown]>([
    ['null', null],
    ['nothing', {}],
    ['a member too many', change({ colour: 'red' })],
    ['a member too few', change({ calendar: undefined })],
    ['another format', change({ format: 2 })],
    ['a version that is none', change({ version: 1.5 })],
    ['version 0', change({ version: 0 })],
    ['an id in capitals', change({ id: 'XX' })],
    ['no language', change({ languages: [] })],
    ['no route', change({ routes: [] })],
    ['no category', change({ categories: [] })],
    ['no field', change({ fields: [] })],
    ['an empty text', change({ declaration: { en: '' } })],
    ['a text without a language', change({ declaration: 'I state.' })],
    ['a page without TLS', change({ authority: { ...small.authority, website: 'http://office.example/' } })],
    ['a page that is none', change({ authority: { ...small.authority, website: 'office' } })],
    ['a country that is none', change({ authority: { ...small.authority, country: 'XXX' } })],
    ['a day that is none', change({ calendar: { ...small.calendar, holidays: [{ date: '2026-02-30' }] } })],
    ['an eighth day', change({ calendar: { ...small.calendar, working_days: [8] } })],
    ['an hour too late', change({ calendar: { ...small.calendar, closes: 25 } })],
    ['a validity of no days', change({ validity: { days: 0, source: 'page' } })],
    ['an assurance of nobody', change({ assurances: ['certain'] })],
    ['no assurance', change({ assurances: [] })],
    ['a channel of nobody', change({ channels: [{ kind: 'pigeon' }] })],
    ['an address that is none', change({ channels: [{ kind: 'email', address: 'office' }] })],
    ['a kind of field of nobody', withField({ kind: 'colour' })],
    ['a level of nobody', withField({ level: 'nice' })],
    ['a stage of nobody', withField({ stage: 'later' })],
    ['a choice without choices', withField({ choices: [] })],
    ['a field of a thousand patterns', withField({ rules: Array.from({ length: 9 }, () => ({})) })],
    [
      'four questions',
      change({ route_finder: { ...small.route_finder, questions: Array.from({ length: 4 }) } }),
    ],
    ['a document larger than one may be', change({ documents: [{ ...small.documents[0], max_bytes: 6e6 }] })],
    ['a document type of nobody', change({ documents: [{ ...small.documents[0], content_types: ['x/y'] }] })],
  ])('refuses %s, as zod does', (_what, json) => {
    expect(judgement(json === undefined ? json : JSON.parse(JSON.stringify(json)))).toBe(false);
  });

  it('takes what may be left out or be null, as zod does', () => {
    expect(judgement(change({ decision_time: null, validity: { days: 90, source: 'page' } }))).toBe(true);
    expect(judgement(withField({ help: { en: 'x' }, stage: 'decided', example: 'x' }))).toBe(true);
  });
});
