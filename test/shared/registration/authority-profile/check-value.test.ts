import { describe, expect, it } from 'vitest';
import { checkValue } from '#shared/registration/authority-profile/check-value.ts';
import { smallProfile } from './small-profile.ts';

const profile = smallProfile();

function check(field: string, text: string) {
  const rules = profile.fields.find(({ field: { id } }) => id === field);
  if (rules === undefined) throw new Error(`no field ${field}`);
  return checkValue(rules, text);
}

describe('an identifier', () => {
  it.each([
    ['1 23-45', '12345'],
    ['٠٠١٢٣٤٥', '+12345'],
    ['۱۲۳۴۵', '12345'],
    ['\uFF11\uFF12345', '12345'],
    ['12\u200C345\u202E', '12345'],
    ['\u00A012345', '12345'],
  ])('%s is kept as %s', (text, value) => {
    expect(check('number', text)).toMatchObject({ value, wrong: undefined });
  });

  it('says what was taken out and exchanged', () => {
    expect(check('number', '\u202E\u200B۱۲۳۴۵').cleaned).toEqual(['direction', 'invisible', 'digits']);
    expect(check('number', '12345').cleaned).toEqual([]);
  });
});

describe('words', () => {
  it('keep Urdu as it is written, joiners and digits included', () => {
    expect(check('purpose', 'دفتر\u200Cکا کام ۱۲')).toMatchObject({
      value: 'دفتر\u200Cکا کام ۱۲',
      cleaned: [],
    });
  });

  it('lose what turns them round', () => {
    expect(check('purpose', 'abc\u202Egpj.exe')).toMatchObject({
      value: 'abcgpj.exe',
      cleaned: ['direction'],
    });
  });

  it('are measured in characters, not in units of UTF-16', () => {
    expect(check('purpose', '😀😀😀😀')).toMatchObject({
      wrong: { code: 'too_short', values: { length: 4 } },
    });
    expect(check('purpose', '😀'.repeat(50)).wrong).toBeUndefined();
    expect(check('purpose', '😀'.repeat(51))).toMatchObject({
      wrong: { code: 'too_long', values: { most: 50 } },
    });
  });

  it('on one line become one line', () => {
    expect(check('software', 'Wire\r\nGuard').value).toBe('Wire Guard');
    expect(check('purpose', 'first\r\nsecond').value).toBe('first\nsecond');
  });
});

describe('addresses', () => {
  it('are kept canonical', () => {
    expect(check('sources', '39.32.10.1 2400:ADC0:0::1; ۳۹.۳۲.۱۰.۲').value).toBe(
      '39.32.10.1, 2400:adc0::1, 39.32.10.2',
    );
  });

  it.each([
    ['10.0.0.1', 'address_not_public'],
    ['100.64.0.1', 'address_not_public'],
    ['192.0.2.1', 'address_not_public'],
    ['127.0.0.1', 'address_not_public'],
    ['169.254.0.1', 'address_not_public'],
    ['224.0.0.1', 'address_not_public'],
    ['0.0.0.0', 'address_not_public'],
    ['fe80::1', 'address_not_public'],
    ['fd00::1', 'address_not_public'],
    ['2001:db8::1', 'address_not_public'],
    ['::ffff:39.32.10.1', 'address_not_public'],
    ['39.32.10', 'not_an_address'],
    ['39.32.10.1/24', 'not_an_address'],
    ['039.32.10.1', 'not_an_address'],
    ['2400:adc0::1%eth0', 'not_an_address'],
    ['39.32.10.1, 39.32.10.1', 'address_twice'],
    ['2400:adc0::1 2400:ADC0:0:0::1', 'address_twice'],
    ['1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5', 'too_many'],
    [',;', 'too_few'],
  ])('%s: %s', (text, code) => {
    expect(check('sources', text).wrong?.code).toBe(code);
  });
});

describe('dates and choices', () => {
  it.each(['2026-02-29', '26-01-01', '2026-1-1', '2026-13-01', 'tomorrow', '2026-01-01T00:00:00Z'])(
    '%s is no date',
    (text) => {
      expect(check('since', text).wrong?.code).toBe('not_a_date');
    },
  );

  it('take a leap day and Urdu digits', () => {
    expect(check('since', '۲۰۲۴-۰۲-۲۹')).toMatchObject({ value: '2024-02-29', wrong: undefined });
  });

  it('take one of the choices and nothing else', () => {
    expect(check('tax', 'yes').wrong).toBeUndefined();
    expect(check('tax', 'perhaps').wrong).toEqual({ code: 'not_a_choice', values: { choices: 'yes, no' } });
  });
});
