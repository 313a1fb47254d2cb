import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventLines, type ServerEvent } from '#shared/contract/event-lines.ts';

const limit = { maxLength: 512 * 1024, tooLarge: () => new Error('too large') };
const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const read = (...chunks: readonly string[]): readonly ServerEvent[] => {
  const lines = new EventLines(limit);
  return chunks.flatMap((chunk) => lines.push(bytes(chunk)));
};

describe('a stream of events', () => {
  it.each<[string, string, readonly (Omit<ServerEvent, 'id'> & Partial<ServerEvent>)[]]>([
    ['an event with a type', 'event: case\ndata: {"a":1}\n\n', [{ type: 'case', data: '{"a":1}' }]],
    ['one without', 'data: x\n\n', [{ type: 'message', data: 'x' }]],
    ['several lines of data', 'data: a\ndata\ndata:b\n\n', [{ type: 'message', data: 'a\n\nb' }]],
    ['one space after the colon, no more', 'data:  x\n\n', [{ type: 'message', data: ' x' }]],
    [
      'comments and waiting times',
      ':\nretry: 9\n: hello\ndata: x\n\n',
      [{ type: 'message', data: 'x', id: undefined }],
    ],
    [
      'identifiers, each until there is another',
      'id: 1\ndata: x\n\ndata: y\n\nid: 2\ndata: z\n\nid: 3\0\ndata: z\n\n',
      ['1', '1', '2', '2'].map((id, at) => ({ type: 'message', data: 'xyzz'.charAt(at), id })),
    ],
    ['nothing without data', 'event: case\n\n\n\n', []],
    [
      'a type counts for one event',
      'event: a\ndata: 1\n\ndata: 2\n\n',
      [
        { type: 'a', data: '1' },
        { type: 'message', data: '2' },
      ],
    ],
    ['a byte order mark', '\uFEFFdata: x\n\n', [{ type: 'message', data: 'x' }]],
    ['an event that is not over', 'data: x\n', []],
  ])('has %s', (_, text, events) => {
    expect(read(text)).toEqual(events);
  });

  it('means the same however it is cut and whatever its lines end with', () => {
    const text = 'event: case\ndata: سند\n:\ndata: b\n\ndata: c\n\n';
    const whole = read(text);
    const cut = fc.array(fc.nat({ max: bytes(text).length * 2 }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom('\n', '\r\n', '\r'), cut, (end, places) => {
        const encoded = bytes(text.replaceAll('\n', end));
        const at = [0, ...places.toSorted((a, b) => a - b), encoded.length];
        const lines = new EventLines(limit);
        const events = at.slice(1).flatMap((to, index) => lines.push(encoded.subarray(at[index], to)));
        // Whether a CR at the very end is a whole end is known by what follows.
        expect([...events, ...lines.push(bytes(':\n'))]).toEqual(whole);
      }),
    );
  });

  it.each([
    ['one line without end', 'x'.repeat(100_000)],
    ['one event without end', `data: ${'x'.repeat(1000)}\n`],
    ['lines of nothing', 'data\n'.repeat(1000)],
  ])('that is %s ends', (_, chunk) => {
    const lines = new EventLines(limit);
    const drown = (): void => {
      for (let count = 0; count < 10_000; count += 1) lines.push(bytes(chunk));
    };
    expect(drown).toThrowError(/too large/);
  });
});
