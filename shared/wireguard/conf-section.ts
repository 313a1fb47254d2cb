import { SanadError } from '../contract/problem.ts';
import { asciiLowerCase, trimBlanks, type ConfLine, type ConfProblem } from './conf-line.ts';
import { isWireguardProblemCode, wireguardProblems, type WireguardProblemCode } from './wireguard-problem.ts';

export type ConfEntry = Extract<ConfLine, { kind: 'entry' }>;

/** A section with its entries, read key by key; whatever is wrong is noted and reading goes on. */
export interface ConfSection {
  readonly name: 'interface' | 'peer';
  readonly line: number;
  readonly entries: readonly ConfEntry[];
}

/** Collects what is wrong with a file, so that all of it is told at once. */
export class ConfProblems {
  readonly #found: ConfProblem[] = [];

  add(line: number, code: WireguardProblemCode, key?: string): void {
    const { reason } = wireguardProblems[code];
    this.#found.push({ line, code, reason: key === undefined ? reason : `${key}: ${reason}` });
  }

  /** What `read` gives; undefined, and noted, where it refuses. */
  try<Value>(line: number, key: string, read: () => Value): Value | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SanadError)) throw error;
      const { code, reason } = error.problem;
      if (!isWireguardProblemCode(code)) throw error;
      this.#found.push({ line, code, reason: `${key}: ${reason}` });
      return undefined;
    }
  }

  inOrder(): readonly ConfProblem[] {
    return this.#found.toSorted((a, b) => a.line - b.line);
  }

  get none(): boolean {
    return this.#found.length === 0;
  }
}

/** Groups lines into sections; notes what stands outside of them. */
export function readSections(lines: readonly ConfLine[], problems: ConfProblems): readonly ConfSection[] {
  const sections: (ConfSection & { readonly entries: ConfEntry[] })[] = [];
  /** Undefined before the first section, null inside one that is not known. */
  let entries: ConfEntry[] | null | undefined;
  for (const line of lines) {
    if (line.kind === 'problem') {
      problems.add(line.line, line.code);
    } else if (line.kind === 'entry') {
      if (entries === undefined) problems.add(line.line, 'key_outside_section');
      entries?.push(line);
    } else {
      const name = asciiLowerCase(line.name);
      entries = isSectionName(name) ? [] : null;
      if (isSectionName(name) && entries !== null) sections.push({ name, line: line.line, entries });
      else problems.add(line.line, 'section_unknown');
    }
  }
  return sections;
}

function isSectionName(name: string): name is ConfSection['name'] {
  return name === 'interface' || name === 'peer';
}

/** Reads the keys of one section by their WireGuard names. */
export class SectionReader {
  readonly #section: ConfSection;
  readonly #problems: ConfProblems;

  constructor(section: ConfSection, problems: ConfProblems) {
    this.#section = section;
    this.#problems = problems;
  }

  /** A key that may be given once. */
  one<Value>(key: string, read: (value: string) => Value): Value | undefined {
    const [first, ...others] = this.#entriesOf(key);
    for (const other of others) this.#problems.add(other.line, 'key_duplicate', key);
    return first === undefined ? undefined : this.#problems.try(first.line, key, () => read(first.value));
  }

  /** A key that must be given once. */
  required<Value>(
    key: string,
    missing: WireguardProblemCode,
    read: (value: string) => Value,
  ): Value | undefined {
    if (this.#entriesOf(key).length === 0) this.#problems.add(this.#section.line, missing);
    return this.one(key, read);
  }

  /** A key that takes a comma list and may be repeated. */
  list<Value>(key: string, max: number, read: (item: string) => Value): readonly Value[] {
    const items = this.items(key);
    const overflow = items[max];
    if (overflow !== undefined) this.#problems.add(overflow.line, 'too_many_values', key);
    return items
      .map(({ line, item }) => this.#problems.try(line, key, () => read(item)))
      .filter((value) => value !== undefined);
  }

  /**
   * What a list holds, unread. An empty value is an empty list to wg-quick(8), which reads Address and DNS, and an
   * error to wg(8), which reads AllowedIPs: there it becomes an item that nothing can be read from.
   */
  items(key: string): readonly { readonly line: number; readonly item: string }[] {
    return this.#entriesOf(key).flatMap(({ line, value }) =>
      value === '' && key !== 'AllowedIPs'
        ? []
        : value.split(',').map((item) => ({ line, item: trimBlanks(item) })),
    );
  }

  /** Something wrong with the section as a whole. */
  note(code: WireguardProblemCode, key?: string): void {
    this.#problems.add(this.#section.line, code, key);
  }

  #entriesOf(key: string): readonly ConfEntry[] {
    return this.#section.entries.filter((entry) => asciiLowerCase(entry.key) === asciiLowerCase(key));
  }
}
