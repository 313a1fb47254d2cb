import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageLines, parseMessage } from '#shared/contract/message-lines.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('message lines', () => {
  it('come out whole however the stream was cut', () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n'));
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 1, max: 7 }), (expected, step) => {
        const stream = bytes(expected.map((text) => `${text}\n`).join(''));
        const lines = new MessageLines(10_000);
        const seen: string[] = [];
        for (let at = 0; at < stream.length; at += step)
          seen.push(...lines.push(stream.slice(at, at + step)));
        expect(seen).toEqual(expected);
      }),
    );
  });

  it('refuse a line beyond the limit before its end has come', () => {
    const lines = new MessageLines(8);
    expect(lines.push(bytes('12345678\n'))).toEqual(['12345678']);
    expect(() => lines.push(bytes('123456789'))).toThrow('message_too_long');
  });

  it('refuse what is not UTF-8, and what is not JSON', () => {
    expect(() => new MessageLines(8).push(new Uint8Array([0xff, 0x0a]))).toThrow('message_malformed');
    expect(() => parseMessage('{')).toThrow('message_malformed');
  });
});
