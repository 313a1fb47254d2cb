import input from '@inquirer/input';
import select, { Separator } from '@inquirer/select';
import type { Question, Said } from '#shared/registration/interview/question.ts';
import type { Language } from '#shared/text/language.ts';
import { Interrupted } from '../cli-problem.ts';
import { cleaned, type Terminal } from '../terminal/terminal.ts';
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

/** Another .conf file than those that are there: typed after it was chosen. */
const OTHER = '\u0000other';

/** Asks at a terminal: lists to choose from, lines that can be corrected, what is wrong said below them. */
export class TerminalPrompter implements Prompter {
  readonly #terminal: Terminal;
  readonly #language: Language;
  #count = 0;

  constructor({ surroundings, language }: PrompterOptions) {
    this.#terminal = surroundings.terminal;
    this.#language = language;
  }

  get count(): number {
    return this.#count;
  }

  async ask(question: Question, judge: Judge): Promise<AskOutcome> {
    this.#count += 1;
    const { columns } = this.#terminal;
    this.#terminal.tell(['', ...aboutLines(question, { language: this.#language, columns })]);
    try {
      return choicesOf(question, this.#language).length > 0
        ? await this.#choose(question, judge)
        : await this.#type(question, judge);
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'ExitPromptError') throw new Interrupted();
      throw cause;
    }
  }

  close(): void {
    // Each prompt has closed after itself.
  }

  async #choose(question: Question, judge: Judge): Promise<AskOutcome> {
    for (;;) {
      const choices = choicesOf(question, this.#language).map(({ id, label, help }) => ({
        value: id,
        name: cleaned(label),
        ...(help === undefined ? {} : { description: cleaned(help) }),
      }));
      const other =
        question.id === 'tunnel' ? [{ value: OTHER, name: words(this.#language, 'other_file') }] : [];
      const back = { value: BACK, name: words(this.#language, 'back') };
      const preset = defaultOf(question);
      const chosen = await select<string>(
        {
          message: cleaned(headOf(question, this.#language)),
          choices: [...choices, ...other, new Separator(), back],
          ...(preset === undefined ? {} : { default: preset }),
          pageSize: 12,
          loop: false,
        },
        this.#streams(),
      );
      if (chosen === BACK) return 'back';
      if (chosen === OTHER) return await this.#type(question, judge);
      const said = await judge({ kind: 'text', text: chosen });
      this.#terminal.tell(saidLines(said));
      if (isTaken(said)) return 'answered';
    }
  }

  /** What is wrong is said below the line, which stays to be corrected. */
  async #type(question: Question, judge: Judge): Promise<AskOutcome> {
    let said: readonly Said[] = [];
    const preset = defaultOf(question);
    const answer = await input(
      {
        message: cleaned(headOf(question, this.#language)),
        ...(preset === undefined ? {} : { default: cleaned(preset), prefill: 'editable' as const }),
        validate: async (text) => {
          if (text.trim() === BACK) return true;
          const reply = this.#read(question, text);
          said = 'kind' in reply ? await judge(reply) : [{ level: 'wrong', text: reply.wrong }];
          return isTaken(said) || said.map((one) => cleaned(one.text)).join('\n');
        },
      },
      this.#streams(),
    );
    if (answer.trim() === BACK) return 'back';
    this.#terminal.tell(saidLines(said));
    return 'answered';
  }

  #read(question: Question, text: string): Reply | { readonly wrong: string } {
    if (question.kind !== 'files' || text.trim() === '') return { kind: 'text', text };
    const files = readPaths(
      text,
      (question.slots ?? []).map(({ kind }) => kind),
    );
    return files === undefined ? { wrong: words(this.#language, 'quote_open') } : { kind: 'files', files };
  }

  /** Beside the answer, which is standard output's. */
  #streams() {
    return { input: this.#terminal.stdin, output: this.#terminal.stderr };
  }
}

function isTaken(said: readonly Said[]): boolean {
  return said.every(({ level }) => level !== 'wrong');
}
