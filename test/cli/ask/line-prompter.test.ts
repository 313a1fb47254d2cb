import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { LinePrompter } from '#cli/ask/line-prompter.ts';
import { Terminal } from '#cli/terminal/terminal.ts';
import type { Question } from '#shared/registration/interview/question.ts';
import type { Language } from '#shared/text/language.ts';

const slot = (kind: string, label: string) =>
  ({ kind, label, atMost: 1, maxBytes: 1000, contentTypes: ['image/png'], isStamped: false }) as const;
const name: Question = { id: 'field.full_name', kind: 'text', label: 'Full name', isOptional: false };
const card: Question = {
  id: 'document.identity_required',
  kind: 'files',
  label: 'The files for “Identity card, front”, “Identity card, back”, in this order',
  isOptional: false,
  slots: [slot('cnic_front', 'Identity card, front'), slot('cnic_back', 'Identity card, back')],
  isOneEnough: false,
};

/** What a person sees who answers each of them with a word. */
async function seen(questions: readonly Question[], language: Language = 'en'): Promise<string> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const terminal = new Terminal({ stdin, stdout, stderr, isInteractive: false, hasColours: false });
  const surroundings = { terminal, onInterrupt: () => () => undefined } as never;
  const prompter = new LinePrompter({ surroundings, language });
  stdin.end('word\n'.repeat(questions.length));
  for (const question of questions) await prompter.ask(question, () => Promise.resolve([]));
  prompter.close();
  expect(prompter.count).toBe(questions.length);
  return String(stderr.read());
}

describe('questions in plain lines', () => {
  it.each([
    ['en', 'At any question, < takes you back one question.'],
    ['ur', 'کسی بھی سوال پر < لکھنے سے آپ ایک سوال پیچھے جاتے ہیں۔'],
  ] as const)('say once, before the first, how to go back: %s', async (language, sentence) => {
    const text = await seen([name, name, card], language);
    expect(text.split(sentence)).toHaveLength(2);
    expect(text.indexOf(sentence)).toBeLessThan(text.indexOf('1. '));
  });

  it.each([
    ['en', 'The files for these documents, in this order:'],
    ['ur', 'ان دستاویزات کی فائلیں، اسی ترتیب سے:'],
  ] as const)('list the documents of one question each on a line: %s', async (language, head) => {
    const text = await seen([card], language);
    expect(text).toContain(`1. ${head}\n  1  Identity card, front\n  2  Identity card, back\n`);
  });

  it('list those of which one is enough without numbers, which nobody is to type', async () => {
    const text = await seen([{ ...card, isOneEnough: true }]);
    expect(text).toContain('1. One of these is enough:\n  - Identity card, front\n  - Identity card, back\n');
  });
});
