import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { bad } from '#cli/answer.ts';
import { Terminal } from '#cli/terminal/terminal.ts';
import { table } from '#cli/terminal/table.ts';
import { ago, bytes } from '#cli/terminal/words.ts';

function said(lines: Parameters<Terminal['say']>[0], hasColours: boolean): string {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const stdin = new PassThrough();
  new Terminal({ stdin, stdout, stderr, isInteractive: false, hasColours }).say(lines);
  return String(stdout.read());
}

describe('terminal', () => {
  it('lets nobody else’s words repaint it or turn a line around', () => {
    expect(said([bad('note: \u001b[2Jok\u202Egnp.exe\r\n')], false)).toBe('note: �[2Jok�gnp.exe��\n');
  });

  it('leaves isolates that begin and end in the line, which keep a number of an Urdu line from running backwards', () => {
    expect(said(['\u2068192.0.2.1\u2069'], false)).toBe('\u2068192.0.2.1\u2069\n');
    expect(said(['\u2068open'], false)).toBe('\uFFFDopen\n');
    expect(said(['\u2069\u2068'], false)).toBe('\uFFFD\uFFFD\n');
    expect(said(['\u2067turned\u2069'], false)).toBe('\uFFFDturned\uFFFD\n');
  });

  it('has colours only where it is told to', () => {
    expect(said([bad('no')], false)).toBe('no\n');
    expect(said([bad('no')], true)).toContain('\u001b[31mno');
  });
});

describe('a question', () => {
  function atTerminal() {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    return {
      stdin,
      terminal: new Terminal({ stdin, stdout, stderr, isInteractive: true, hasColours: false }),
    };
  }

  it('is answered by "y" and "yes" alone', async () => {
    const { stdin, terminal } = atTerminal();
    for (const [typed, isYes] of [
      ['y', true],
      ['YES', true],
      ['', false],
      ['yeah', false],
    ] as const) {
      const answer = terminal.confirm('Send it?');
      stdin.write(`${typed}\r`);
      expect(await answer).toBe(isYes);
    }
  });

  it('is "no" when the input ends, and so is each one after it', async () => {
    const { stdin, terminal } = atTerminal();
    stdin.end();
    expect(await terminal.confirm('Send it?')).toBe(false);
    expect(await terminal.confirm('Send it?')).toBe(false);
  });

  it.each([
    ['goes away', undefined],
    ['breaks, as that of a closed window does', new Error('EIO')],
  ])('is "no" when the input %s, and so is each one after it', async (_how, error) => {
    const { stdin, terminal } = atTerminal();
    const answer = terminal.confirm('Send it?');
    stdin.destroy(error);
    expect(await answer).toBe(false);
    expect(await terminal.confirm('Send it?')).toBe(false);
  });

  it('leaves nothing behind on the input', async () => {
    const { stdin, terminal } = atTerminal();
    const listeners = () => stdin.eventNames().reduce((sum, name) => sum + stdin.listenerCount(name), 0);
    const ask = async () => {
      const answer = terminal.confirm('Send it?');
      stdin.write('y\r');
      await answer;
      return listeners();
    };
    const once = await ask();
    expect([await ask(), await ask()]).toEqual([once, once]);
  });
});

describe('words', () => {
  it('for moments and amounts are short', () => {
    expect([0, 30, 300, 7200, 400_000].map((seconds) => ago(1_000_000 - seconds, 1_000_000))).toEqual([
      'just now',
      '30 s ago',
      '5 min ago',
      '2 h ago',
      '4 days ago',
    ]);
    expect([0, 1023, 1536, 200 * 1024, 3 * 1024 ** 3].map(bytes)).toEqual([
      '0 B',
      '1023 B',
      '1.5 KiB',
      '200 KiB',
      '3.0 GiB',
    ]);
  });

  it('stand in columns', () => {
    expect(
      table([
        ['a', 'x'],
        ['long', 'y'],
      ]),
    ).toEqual(['a     x', 'long  y']);
  });
});
