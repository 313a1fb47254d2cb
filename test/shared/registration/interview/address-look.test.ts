import { describe, expect, it } from 'vitest';
import { judgeAddress, lineOf, type LineView } from '#shared/registration/interview/address-look.ts';

const line: LineView = {
  publicAddress: '39.32.10.1',
  ownAddresses: ['192.168.1.5', 'fe80::1'],
  routerAddress: undefined,
  mark: 'now',
  earlier: [],
};
const judged = (changes: Partial<LineView>): string => {
  const { look, ground, since } = judgeAddress({ ...line, ...changes });
  return [look, ground, ...(since === undefined ? [] : [since])].join(' ');
};

describe('how the address of a line looks', () => {
  it('is never taken for fixed, however long it was the same', () => {
    expect(judged({})).toBe('unknown first');
    const earlier = [
      { day: '2020-01-01', mark: 'now' },
      { day: '2026-01-01', mark: 'now' },
    ];
    expect(judged({ earlier })).toBe('unknown same 2020-01-01');
  });

  it('changes where it was another one, with the last day on which it was', () => {
    const earlier = ['before', 'before', 'now'].map((mark, index) => ({
      day: `2026-01-0${index + 1}`,
      mark,
    }));
    expect(judged({ earlier })).toBe('dynamic changed 2026-01-02');
  });

  it('is shared where this computer or its router has an address that providers share out', () => {
    expect(judged({ ownAddresses: ['100.64.0.1'] })).toBe('cgnat shared');
    expect(judged({ ownAddresses: ['100.127.255.255'] })).toBe('cgnat shared');
    expect(judged({ routerAddress: '100.100.1.1' })).toBe('cgnat shared');
    expect(judged({ routerAddress: '100.100.1.1', publicAddress: undefined })).toBe('cgnat shared');
    expect(judged({ ownAddresses: ['100.63.0.1', '100.128.0.1'] })).toBe('unknown first');
  });

  it('seems shared where the router has another one outside; behind another router nothing can be said', () => {
    expect(judged({ routerAddress: '39.32.10.1' })).toBe('unknown first');
    expect(judged({ routerAddress: '39.32.99.1' })).toBe('cgnat other');
    expect(judged({ routerAddress: '10.0.0.2' })).toBe('unknown private');
    expect(judged({ routerAddress: '39.32.99.1', publicAddress: '2400:adc1::1' })).toBe('unknown first');
  });

  it('cannot be told where nobody saw it', () => {
    const earlier = [{ day: '2026-01-01', mark: 'before' }];
    expect(judged({ publicAddress: undefined, mark: undefined, earlier })).toBe('unknown unseen');
  });

  it('is told apart by what belongs to the line', () => {
    expect(lineOf('39.32.10.1')).toBe('39.32.10.1');
    expect(lineOf('::ffff:39.32.10.1')).toBe('39.32.10.1');
    expect(lineOf('2400:adc1:2:3:aaaa::1')).toBe(lineOf('2400:adc1:2:3:bbbb::2'));
    expect(lineOf('2400:adc1:2:3::1')).not.toBe(lineOf('2400:adc1:2:4::1'));
    expect(lineOf('nothing')).toBeUndefined();
  });
});
