import { describe, expect, it } from 'vitest';
import { parseJoinLink } from '#cli/administer/join-link.ts';

const hex = 'ab'.repeat(32);
const origin = encodeURIComponent('https://gateway.example:8443');

describe('join link', () => {
  it('names a gateway and its keys', () => {
    const link = parseJoinLink(`sanad://join?origin=${origin}&fingerprint=${hex}`);
    expect(link).toMatchObject({
      origin: { text: 'https://gateway.example:8443' },
      fingerprint: hex,
      tlsCaHash: undefined,
    });
  });

  it('may be copied with the fingerprint in groups, in any case', () => {
    const grouped = hex.toUpperCase().replace(/.{4}(?=.)/g, '$&+');
    expect(parseJoinLink(`sanad://join?fingerprint=${grouped}&origin=${origin}`).fingerprint).toBe(hex);
  });

  it.each([
    ['without a fingerprint', `sanad://join?origin=${origin}`],
    ['with half a fingerprint', `sanad://join?origin=${origin}&fingerprint=abcd`],
    ['with two origins', `sanad://join?origin=${origin}&origin=${origin}&fingerprint=${hex}`],
    ['with something unknown', `sanad://join?origin=${origin}&fingerprint=${hex}&command=sh`],
    ['to a path', `sanad://join?origin=${origin}%2Fx&fingerprint=${hex}`],
    ['over plain http', `sanad://join?origin=http://gateway.example&fingerprint=${hex}`],
    ['for another act', `sanad://leave?origin=${origin}&fingerprint=${hex}`],
    ['of another program', `https://join?origin=${origin}&fingerprint=${hex}`],
    ['that is empty', ''],
  ])('%s is refused', (_, text) => {
    expect(() => parseJoinLink(text)).toThrow('join_link_malformed');
  });
});
