import { describe, expect, it } from 'vitest';
import { findingMessages } from '#shared/text/finding/index.ts';
import { format, say } from '#shared/text/say.ts';

describe('what people read', () => {
  it('is said in both languages with its values', () => {
    const values = { least: 1, length: 0 };
    expect(say(findingMessages, 'en', { message: 'too_short', values })).toContain('at least 1 character,');
    expect(say(findingMessages, 'ur', { message: 'too_short', values })).toContain('کم از کم 1 حروف');
  });

  it('keeps an address from running backwards in a line of Urdu', () => {
    const values = { address: '39.32.10.1' };
    expect(say(findingMessages, 'ur', { message: 'not_an_address', values })).toContain(
      '\u206839.32.10.1\u2069',
    );
    expect(say(findingMessages, 'en', { message: 'not_an_address', values })).toMatch(/^39\.32\.10\.1 is/);
  });

  it('is never markup, and never says less than it should', () => {
    expect(format('<b>{name}</b>', 'en', { name: '<i>' })).toBe('<b><i></b>');
    expect(() => format('{name}', 'en', {})).toThrow('name');
  });

  const names = Object.keys(findingMessages.en) as (keyof typeof findingMessages.en)[];

  it.each(names)('%s is a message in both languages', (message) => {
    const values = { least: 2, most: 2, length: 1, choices: 'a, b', address: '::1' };
    for (const language of ['en', 'ur'] as const) {
      const text = say(findingMessages, language, {
        message,
        values,
      });
      expect(text).toMatch(/[.۔]$/);
    }
  });
});
