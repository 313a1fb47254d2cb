import { parseAnchor } from '#shared/contract/anchor-file.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { belongsToPaper } from '#shared/report/paper-code.ts';
import {
  directionOf,
  reportText,
  wordFor,
  type ReportLanguage,
  type ReportText,
} from '#shared/report/text/index.ts';
import type { ReportVerdict } from '#shared/report/verdict.ts';
import { check, readFile, type ReadFile } from './check-file.ts';
import { element } from './draw.ts';
import { drawConclusion, drawEntries, drawOperators, drawProgress, drawReport } from './draw-verdict.ts';

/** What the person has done so far; everything on the page follows from it. */
interface State {
  readonly language: ReportLanguage;
  readonly file: ReadFile | undefined;
  readonly anchors: readonly Anchor[];
  readonly fingerprints: readonly string[];
  readonly outcome: Outcome | undefined;
  /** What was typed off or scanned from paper. */
  readonly paper: string;
  /** What the last key given turned out to be. */
  readonly keyFault: 'page_anchor_bad' | 'page_fingerprint_bad' | undefined;
}

type Outcome =
  | { readonly kind: 'checking'; readonly count: number }
  | { readonly kind: 'checked'; readonly verdict: ReportVerdict }
  /** Not even a report. */
  | { readonly kind: 'unreadable'; readonly code: string };

/** The page, from the first look to the verdict. */
export class Page {
  readonly #root: HTMLElement;
  #state: State;
  /** The newest check; an older one that ends later says nothing any more. */
  #turn = 0;

  constructor(root: HTMLElement, language: ReportLanguage) {
    this.#root = root;
    this.#state = {
      ...{ language, file: undefined, anchors: [], fingerprints: [], outcome: undefined },
      ...{ paper: '', keyFault: undefined },
    };
    this.#draw();
  }

  /** A report's file was chosen or dropped. */
  async take(file: File): Promise<void> {
    const turn = ++this.#turn;
    try {
      const read = await readFile(file);
      if (turn !== this.#turn) return;
      this.#change({ file: read, paper: '', keyFault: undefined });
      await this.#check(read);
    } catch (cause) {
      if (turn === this.#turn) this.#change({ file: undefined, outcome: unreadable(cause) });
    }
  }

  async #check(file: ReadFile): Promise<void> {
    const turn = ++this.#turn;
    const { anchors, fingerprints } = this.#state;
    this.#change({ outcome: { kind: 'checking', count: 0 } });
    try {
      const verdict = await check(file, { anchors, fingerprints }, (count) => {
        if (turn === this.#turn) this.#change({ outcome: { kind: 'checking', count } });
      });
      if (turn === this.#turn) this.#change({ outcome: { kind: 'checked', verdict } });
    } catch (cause) {
      if (turn === this.#turn) this.#change({ outcome: unreadable(cause) });
    }
  }

  async #takeAnchor(file: File): Promise<void> {
    try {
      const anchor = parseAnchor(await file.text());
      this.#change({ anchors: [anchor, ...this.#state.anchors], keyFault: undefined });
      if (this.#state.file !== undefined) await this.#check(this.#state.file);
    } catch (cause) {
      if (!(cause instanceof SanadError)) throw cause;
      this.#change({ keyFault: 'page_anchor_bad' });
    }
  }

  async #takeFingerprint(typed: string): Promise<void> {
    const { outcome, file, fingerprints } = this.#state;
    const bare = typed.replace(/[\s:-]/g, '').toLowerCase();
    const operators = outcome?.kind === 'checked' ? outcome.verdict.operators : [];
    const isOne = operators.some(({ fingerprint }) => fingerprint.replaceAll(' ', '') === bare);
    if (!isOne || file === undefined) return this.#change({ keyFault: 'page_fingerprint_bad' });
    this.#change({ fingerprints: [...fingerprints, bare], keyFault: undefined });
    await this.#check(file);
  }

  #change(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    this.#draw();
  }

  #draw(): void {
    const { language } = this.#state;
    const text = reportText[language];
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
    document.title = text.page_title;
    this.#root.replaceChildren(this.#drawHead(text), this.#drawChoice(text), ...this.#drawOutcome(text));
  }

  #drawHead(text: ReportText): HTMLElement {
    const other: ReportLanguage = this.#state.language === 'en' ? 'ur' : 'en';
    const language = element('button', { type: 'button', lang: other, id: 'language' }, text.page_language);
    language.addEventListener('click', () => this.#change({ language: other }));
    return element('header', {}, element('h1', {}, text.page_title), language);
  }

  #drawChoice(text: ReportText): HTMLElement {
    const input = fileInput('report-file', '.json,application/json', (file) => this.take(file));
    const { outcome } = this.#state;
    const label = outcome === undefined ? text.page_choose : text.page_another;
    return element(
      'section',
      { class: outcome === undefined ? 'choice' : 'choice small' },
      ...(outcome === undefined ? [element('p', {}, text.page_intro)] : []),
      element('label', { class: 'button', for: 'report-file' }, label),
      input,
      element('span', { class: 'faint' }, text.page_drop),
    );
  }

  #drawOutcome(text: ReportText): HTMLElement[] {
    const { outcome, file, language } = this.#state;
    switch (outcome?.kind) {
      case undefined:
        return [];
      case 'checking':
        return [drawProgress(text, outcome.count, '…')];
      case 'unreadable':
        return [drawUnreadable(text, outcome.code)];
      case 'checked': {
        const drawing = { language, text, verdict: outcome.verdict, sha256: file?.sha256 ?? '' };
        const conclusion = drawConclusion(drawing);
        if (outcome.verdict.conclusion === 'not_genuine') return [conclusion, drawEntries(drawing)];
        return [
          conclusion,
          drawReport(drawing),
          drawOperators(drawing),
          this.#drawKeys(text),
          this.#drawPaper(text, drawing.sha256),
          drawEntries(drawing),
        ];
      }
    }
  }

  #drawKeys(text: ReportText): HTMLElement {
    const anchor = fileInput('anchor-file', '.json,application/json', (file) => this.#takeAnchor(file));
    const field = element('input', { id: 'fingerprint', type: 'text', dir: 'ltr', autocomplete: 'off' });
    const compare = element('button', { type: 'button' }, text.page_fingerprint_use);
    compare.addEventListener('click', () => void this.#takeFingerprint(field.value));
    const { keyFault } = this.#state;
    return element(
      'section',
      {},
      element('h2', {}, text.page_keys),
      element('p', {}, text.page_keys_more),
      element('p', {}, element('label', { class: 'button', for: 'anchor-file' }, text.page_anchor), anchor),
      element('label', { for: 'fingerprint' }, text.page_fingerprint),
      element('div', { class: 'row' }, field, compare),
      ...(keyFault === undefined ? [] : [element('p', { role: 'alert', class: 'open' }, text[keyFault])]),
    );
  }

  #drawPaper(text: ReportText, sha256: string): HTMLElement {
    const answer = element('p', { role: 'status', id: 'paper-answer' });
    const field = element('textarea', { id: 'paper', rows: '3', dir: 'ltr', spellcheck: 'false' });
    field.value = this.#state.paper;
    const say = (): void => {
      // Without drawing anew: the person is typing.
      this.#state = { ...this.#state, paper: field.value };
      answer.textContent = paperWords(field.value, sha256, text);
    };
    field.addEventListener('input', say);
    say();
    return element(
      'section',
      {},
      element('h2', {}, text.page_paper),
      element('label', { for: 'paper' }, text.page_paper_more),
      field,
      answer,
    );
  }
}

function paperWords(typed: string, sha256: string, text: ReportText): string {
  if (typed.trim() === '') return '';
  switch (belongsToPaper(typed, sha256)) {
    case true:
      return text.page_paper_yes;
    case false:
      return text.page_paper_no;
    case undefined:
      return text.page_paper_short;
  }
}

function fileInput(id: string, accept: string, take: (file: File) => Promise<void>): HTMLElement {
  const input = element('input', { id, type: 'file', accept, class: 'hidden' });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file !== undefined) void take(file);
  });
  return input;
}

function unreadable(cause: unknown): Outcome {
  if (cause instanceof SanadError) return { kind: 'unreadable', code: cause.problem.code };
  throw cause;
}

function drawUnreadable(text: ReportText, code: string): HTMLElement {
  return element(
    'section',
    { class: 'conclusion not_genuine', role: 'status', id: 'conclusion' },
    element(
      'h2',
      {},
      element('span', { class: 'sign', 'aria-hidden': 'true' }, '✕'),
      text.conclusion_not_genuine,
    ),
    element('p', {}, wordFor(text, 'problem', code) ?? text.problem_report_malformed),
    element('p', {}, text.problem_next),
  );
}
