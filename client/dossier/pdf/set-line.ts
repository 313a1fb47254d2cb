import bidiModule from 'bidi-js';
import { scriptOf, type Script } from './typeface.ts';

/** A stretch of one typeface and one direction, in the order in which it is read. */
export interface Run {
  readonly text: string;
  readonly script: Script;
}

/** A paragraph of one line or several: its characters and how deep each is embedded. */
export interface Paragraph {
  readonly text: string;
  readonly levels: ReturnType<typeof bidi.getEmbeddingLevels>;
  readonly isRightToLeft: boolean;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its types speak of an ES module; Node is given the function
const bidi = (bidiModule as unknown as typeof bidiModule.default)();

/** Characters that no typeface of ours has are shown as a question mark; the dossier's JSON has them all. */
export function paragraphOf(text: string): Paragraph {
  const shown = Array.from(text.normalize('NFC').replace(/\s+/g, ' '), (character) =>
    scriptOf(character) === undefined ? '?' : character,
  ).join('');
  const levels = bidi.getEmbeddingLevels(shown);
  return { text: shown, levels, isRightToLeft: (levels.paragraphs[0]?.level ?? 0) % 2 === 1 };
}

/**
 * A line's runs from left to right (Unicode TR 9, L2). Each run is shaped by itself, so that a number within Urdu is never
 * turned round with the words about it.
 */
export function visualRuns(paragraph: Paragraph, start: number, end: number): readonly Run[] {
  if (end <= start) return [];
  const { text, levels } = paragraph;
  const order = bidi.getReorderedIndices(text, levels, start, end - 1).slice(start, end);
  const runs: { indices: number[]; script: Script; isTurned: boolean }[] = [];
  for (const index of order) {
    const isTurned = (levels.levels[index] ?? 0) % 2 === 1;
    const script = scriptAt(paragraph, index, isTurned);
    const last = runs.at(-1);
    if (last?.script === script && last.isTurned === isTurned) last.indices.push(index);
    else runs.push({ indices: [index], script, isTurned });
  }
  return runs.map(({ indices, script, isTurned }) => ({
    script,
    // A typeface turns words of Urdu round by itself, and brackets it does not.
    text: (isTurned ? indices.toReversed() : indices)
      .map((index) => mirrored(text[index] ?? '', isTurned))
      .join(''),
  }));
}

function mirrored(character: string, isTurned: boolean): string {
  return (isTurned ? bidi.getMirroredCharacter(character) : null) ?? character;
}

/** A blank or a sign in words of Urdu belongs to them: cut in two they would not join. */
function scriptAt({ text }: Paragraph, index: number, isTurned: boolean): Script {
  const character = text[index] ?? '';
  const own = scriptOf(character) ?? 'latin';
  return isTurned && /[\s.:]/.test(character) ? 'arabic' : own;
}
