import { describe, expect, it } from 'vitest';
import { registrationPurpose, stampText } from '#client/document/stamp-text.ts';

const stampFor = (recipient: string) =>
  stampText({ purpose: registrationPurpose, recipient, at: Date.UTC(2026, 10, 25, 23, 59) / 1000 });

describe('what a copy is stamped with', () => {
  it('names purpose, recipient and date in both languages', () => {
    const [english, urdu] = stampFor('Example Association').band;
    for (const word of ['VPN registration', 'Example Association', '2026-11-25'])
      expect(english).toContain(word);
    for (const word of ['وی پی این رجسٹریشن', 'Example Association', '2026-11-25'])
      expect(urdu).toContain(word);
  });

  it('keeps the parts of a date in their order among Urdu letters, and a recipient in its own', () => {
    const [, urdu] = stampFor('Example Association').band;
    expect(urdu).toContain('\u20662026-11-25\u2069');
    expect(urdu).toContain('\u2068Example Association\u2069');
  });

  it('lets no recipient turn the line round, break it or push the date out of it', () => {
    const [english] = stampFor(`A\u202eB\u2066\nC\u0000${'x'.repeat(500)}`).band;
    expect(english).toMatch(/To: A B C x{100,160}…\. Date: 2026-11-25\./);
    expect(stampFor('کمپنی\u200cنام').band[0]).toContain('کمپنی\u200cنام');
  });
});
