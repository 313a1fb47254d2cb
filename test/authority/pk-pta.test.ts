import { describe, expect, it } from 'vitest';
import { pakistan, meridia } from './profiles.ts';

const { document } = pakistan;

function textsOf(value: unknown): readonly Readonly<Record<string, string>>[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('ur' in value) return [value as Readonly<Record<string, string>>];
  return Object.values(value).flatMap(textsOf);
}
const texts = textsOf(document);
const urdu = texts.map((text) => text['ur'] ?? '');
const english = texts.map((text) => text['en'] ?? '');

describe('pk-pta says no more than its sources', () => {
  it('knows no validity, and allows no work while waiting', () => {
    expect(document.validity).toBeNull();
    expect(document.assurances).toEqual(['attested', 'exempt', 'declared']);
  });

  it('has every deadline that was announced, the last one extended without a date', () => {
    expect(document.deadlines.map(({ date, status }) => [date, status])).toEqual([
      ['2020-06-30', 'extended'],
      ['2022-11-30', 'extended'],
      ['2022-12-31', 'extended'],
      ['2024-11-15', 'extended'],
      ['2024-11-30', 'extended'],
      [null, 'in_force'],
    ]);
  });

  it('tells the usual time as PTA does, in working hours of its own time zone', () => {
    expect(document.decision_time).toMatchObject({ unit: 'working_hours', least: 8, most: 10 });
    expect(document.calendar.time_zone).toBe('Asia/Karachi');
  });

  it('names of each source where it is and when it was read', () => {
    for (const { url, verified } of document.sources) {
      expect(url).toMatch(/^https:/);
      expect(verified >= '2026-03-01').toBe(true);
    }
  });

  it('compares addresses where addresses are registered, and never on mobile data', () => {
    const warns = document.routes.map(({ id, subject, address_warning }) => [id, subject, address_warning]);
    expect(warns).toEqual([
      ['A', 'source_address', true],
      ['B', 'mobile_number', false],
      ['C', 'provider', false],
    ]);
  });

  it('needs a new decision for what is registered, and a new certificate for what is not', () => {
    const needs = Object.fromEntries(document.changes.map(({ id, needs: what }) => [id, what]));
    expect(needs).toMatchObject({
      source_address: 'decision',
      mobile_number: 'decision',
      office: 'decision',
    });
    expect(needs).toMatchObject({ endpoint_key: 'certificate', endpoint_host: 'certificate' });
    expect(needs).toMatchObject({ device: 'certificate', sim: 'nothing' });
  });

  it('follows the order in which things happen there', () => {
    expect(document.procedure.map(({ id, who }) => [id, who])).toEqual([
      ['account', 'registrant'],
      ['filed', 'registrant'],
      ['provider_verification', 'internet_provider'],
      ['decision', 'authority'],
    ]);
  });

  it('explains every way that leads nowhere yet, with the letter that helps', () => {
    const closed = document.route_finder.rules.filter(({ route }) => route === null);
    expect(closed.length).toBeGreaterThan(0);
    for (const { letter } of closed) expect(letter).toBe('static_address_request');
  });
});

describe('the texts of pk-pta', () => {
  it('are there in both languages', () => {
    expect(texts.length).toBeGreaterThan(150);
    expect(texts.every((text) => text['en'] !== '' && text['ur'] !== '')).toBe(true);
  });

  it('are Urdu in Urdu letters, which Arabic ones only look like', () => {
    const arabic = urdu.filter((text) => /[يىكهة]/u.test(text));
    expect(arabic).toEqual([]);
    expect(urdu.every((text) => /\p{Script=Arabic}/u.test(text))).toBe(true);
  });

  it('have the digits in which forms are filled in', () => {
    expect(urdu.filter((text) => /[٠-٩۰-۹]/u.test(text))).toEqual([]);
  });

  it('hold nothing that cannot be seen', () => {
    expect([...urdu, ...english].filter((text) => /[\p{Cf}\u00A0]|(?!\n)\p{Cc}/u.test(text))).toEqual([]);
  });

  it('end sentences as their language does', () => {
    expect(urdu.filter((text) => /[^.]\.$/.test(text))).toEqual([]);
    expect(english.filter((text) => /[۔؟،]/u.test(text))).toEqual([]);
  });

  it('use none of our own words for people', () => {
    const own = /\b(endpoint|peer|attest|assurance|gateway|registrant|key set|trust anchor|token)\b/i;
    expect(english.filter((text) => own.test(text))).toEqual([]);
  });

  it('give in both languages the same things to fill in', () => {
    const filled = (text: string | undefined) =>
      [...(text ?? '').matchAll(/\{\w+\}/g)].map(String).toSorted();
    for (const text of texts) expect(filled(text['ur'])).toEqual(filled(text['en']));
  });
});

describe('the invented profile', () => {
  it('has nothing in common with Pakistan’s but the form', () => {
    const ids = (profile: typeof document) =>
      [profile.fields, profile.documents, profile.routes, profile.categories, profile.procedure].flatMap(
        (list) => list.map(({ id }) => id),
      );
    const shared = ids(meridia.document).filter((id) => ids(document).includes(id));
    expect(shared).toEqual([]);
  });
});
