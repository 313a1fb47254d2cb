import { createInterface, type Interface } from 'node:readline';
import { cleanIdentifier } from '#shared/registration/authority-profile/clean-text.ts';
import type { Question } from '#shared/registration/interview/question.ts';
import type { Language } from '#shared/text/language.ts';
import { faint, strong, type Line } from '../answer.ts';
import { Interrupted } from '../cli-problem.ts';
import type { Terminal } from '../terminal/terminal.ts';
import {
  BACK,
  saidLines,
  type AskOutcome,
  type Judge,
  type Prompter,
  type PrompterOptions,
  type Reply,
} from './prompter.ts';
import { aboutLines, choicesOf, defaultOf, headOf, words } from './question-lines.ts';
import { readPaths } from './read-paths.ts';

/** Asks in plain lines: one question, one line for its answer. For pipes, simple terminals and screen readers. */
export class LinePrompter implements Prompter {
  readonly #terminal: Terminal;
  readonly #language: Language;
  readonly #reader: Interface;
  readonly #lines: AsyncIterator<string>;
  readonly #interrupted: Promise<never>;
  readonly #release: () => void;
  #count = 0;

  constructor({ surroundings, language }: PrompterOptions) {
    const { terminal, onInterrupt } = surroundings;
    this.#terminal = terminal;
    this.#language = language;
    this.#reader = createInterface({ input: terminal.stdin, terminal: false });
    // Made before anything is read: lines that come all at once wait for their question.
    this.#lines = this.#reader[Symbol.asyncIterator]();
    const { promise, reject } = Promise.withResolvers<never>();
    // Nobody may be asking when it comes.
    promise.catch(() => undefined);
    this.#interrupted = promise;
    this.#release = onInterrupt(() => reject(new Interrupted()));
  }

  get count(): number {
    return this.#count;
  }

  async ask(question: Question, judge: Judge): Promise<AskOutcome> {
    this.#count += 1;
    this.#terminal.tell(this.#put(question));
    for (;;) {
      const next = await Promise.race([this.#lines.next(), this.#interrupted]);
      if (next.done === true) return 'end';
      if (next.value.trim() === BACK) return 'back';
      const reply = this.#read(question, next.value);
      const said = 'kind' in reply ? await judge(reply) : [{ level: 'wrong', text: reply.wrong } as const];
      this.#terminal.tell(saidLines(said));
      if (said.every(({ level }) => level !== 'wrong')) return 'answered';
    }
  }

  close(): void {
    this.#release();
    this.#reader.close();
  }

  #put(question: Question): readonly Line[] {
    const language = this.#language;
    const choices = choicesOf(question, language);
    const preset = defaultOf(question);
    const at = choices.findIndex(({ id }) => id === preset);
    const hints = [
      ...(choices.length > 0 ? [words(language, 'type_choice')] : []),
      ...(preset !== undefined && preset !== ''
        ? [words(language, 'take_default', { value: at === -1 ? preset : String(at + 1) })]
        : question.isOptional
          ? [words(language, 'leave_out')]
          : []),
    ];
    return [
      // Once, before the first.
      ...(this.#count === 1 ? ['', faint(words(language, 'go_back'))] : []),
      '',
      strong(`${this.#count}. ${headOf(question, language)}`),
      ...aboutLines(question, { language, columns: this.#terminal.columns }),
      ...choices.flatMap(({ label, help }, index) => [
        `  ${index + 1}  ${label}`,
        ...(help === undefined ? [] : [faint(`     ${help}`)]),
      ]),
      ...(hints.length === 0 ? [] : [faint(hints.join(' '))]),
    ];
  }

  #read(question: Question, line: string): Reply | { readonly wrong: string } {
    const choices = choicesOf(question, this.#language);
    const text = line.trim() === '' ? (defaultOf(question) ?? '') : line;
    if (question.kind === 'files' && text.trim() !== '') {
      const files = readPaths(
        text,
        (question.slots ?? []).map(({ kind }) => kind),
      );
      return files === undefined ? { wrong: words(this.#language, 'quote_open') } : { kind: 'files', files };
    }
    if (choices.length === 0) return { kind: 'text', text };
    const chosen = choiceBy(choices, text);
    if (chosen !== undefined) return { kind: 'text', text: chosen };
    // A path in place of a connection, or what the engine itself refuses.
    return /^[\p{Nd}\s]*$/u.test(text)
      ? { wrong: words(this.#language, 'not_a_number', { count: choices.length }) }
      : { kind: 'text', text };
  }
}

/** By number, in whatever digits, or by identifier or label. */
function choiceBy(
  choices: readonly { readonly id: string; readonly label: string }[],
  text: string,
): string | undefined {
  const typed = text.trim();
  const byName = choices.find(({ id, label }) => id === typed || label === typed);
  if (byName !== undefined) return byName.id;
  const { value } = cleanIdentifier(typed);
  return /^\d{1,3}$/.test(value) ? choices[Number(value) - 1]?.id : undefined;
}
