import { describe, expect, it } from 'vitest';
import { coverageOf, readStaff } from '#client/application/coverage.ts';
import { pakistan } from '#test/authority/profiles.ts';

const over = (route: string, fields: Readonly<Record<string, string>>, ...lines: readonly string[]) =>
  coverageOf(
    pakistan,
    { route, fields },
    lines.map((line) => ({ name: 'somebody', over: line })),
  ).map(({ isCovered, ground }) => `${isCovered ? 'yes' : 'no'} ${ground}`);

describe('who is covered by what', () => {
  it('by an address: those whose line it is', () => {
    const fields = { source_address: '39.32.10.1, 2400:adc1::1' };
    expect(over('A', fields, '39.32.10.1', '2400:ADC1:0::1', '39.32.10.2', 'home', '03001234567')).toEqual([
      ...['yes address', 'yes address', 'no other_address', 'no changing', 'no other_number'],
    ]);
  });

  it('by a mobile number: whoever has that number, however it is written', () => {
    const fields = { mobile_number: '+923001234567', cnic: '3520212345678' };
    const lines = ['0300 1234567', '۰۳۰۰۱۲۳۴۵۶۷', '+92-300-1234567', '03007654321', '39.32.10.1'];
    expect(over('B', fields, ...lines)).toEqual([
      ...['yes number', 'yes number', 'yes number', 'no other_number', 'no other_address'],
    ]);
  });

  it('by a licensed provider: everybody, on every line', () => {
    expect(over('C', {}, 'home')).toEqual(['yes every_line']);
  });

  it('is read line by line, and lines that say too little are named', () => {
    const { staff, unread } = readStaff('Ayesha; 39.32.10.1\n\nBilal\t0300 1234567\nnobody\n; 1.2.3.4');
    expect(staff).toEqual([
      { name: 'Ayesha', over: '39.32.10.1' },
      { name: 'Bilal', over: '0300 1234567' },
    ]);
    expect(unread).toEqual([4, 5]);
  });
});
