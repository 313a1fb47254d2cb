import { describe, expect, it } from 'vitest';
import { chainEntry, verifyChain } from '#gateway/case/audit.ts';
import type { StoredAuditContent, StoredAuditEntry } from '#gateway/storage/audit-store.ts';

const registration = '0f8fad5b-d9cb-469f-a165-70867728950e';

function chain(length: number) {
  const entries: StoredAuditEntry[] = [];
  const contents: StoredAuditContent[] = [];
  for (let index = 0; index < length; index++) {
    const salt = index.toString(16).padStart(64, '0');
    const event = {
      registration,
      at: 1000 + index,
      actor: 'device:x',
      action: 'submit',
      content: { index },
      salt,
    };
    const { entry, content } = chainEntry(event, entries.at(-1));
    entries.push(entry);
    contents.push(content);
  }
  return { entries, contents };
}

describe('audit chain', () => {
  const { entries, contents } = chain(4);

  it('is intact as written', () => {
    expect(verifyChain(entries, contents)).toEqual({ kind: 'intact', withoutContent: 0 });
  });

  it('stays intact when content is deleted', () => {
    expect(verifyChain(entries, contents.slice(2))).toEqual({ kind: 'intact', withoutContent: 2 });
  });

  it('does not tell the content from its commitment: the same content commits differently', () => {
    const [first, second] = ['00', '01'].map(
      (salt) =>
        chainEntry({ registration, at: 1, actor: 'a', action: 'b', content: {}, salt }, undefined).entry
          .commitment,
    );
    expect(first).not.toBe(second);
  });

  it.each(['at', 'actor', 'action', 'commitment', 'hash', 'previous'] as const)(
    'is broken where %s was changed',
    (member) => {
      const changed = entries.map((entry) =>
        entry.sequence === 2 ? { ...entry, [member]: member === 'at' ? 9 : 'f'.repeat(64) } : entry,
      );
      expect(verifyChain(changed, [])).toMatchObject({ kind: 'broken', sequence: 2 });
    },
  );

  it('is broken where content was changed', () => {
    const [, , third] = contents;
    if (third === undefined) throw new Error('the chain has four entries');
    const changed = contents.with(2, { ...third, content: '{"index":7}' });
    expect(verifyChain(entries, changed)).toEqual({ kind: 'broken', sequence: 3, reason: 'content_differs' });
  });

  it('is broken where an entry was dropped', () => {
    const dropped = entries.filter(({ sequence }) => sequence !== 2);
    expect(verifyChain(dropped, [])).toEqual({ kind: 'broken', sequence: 3, reason: 'sequence_gap' });
  });

  it('is broken where the history was rewritten from the middle and joined to the old end', () => {
    const [first, second] = entries;
    if (first === undefined || second === undefined) throw new Error('the chain has four entries');
    const forged = chainEntry(
      { registration, at: 5, actor: 'x', action: 'y', content: {}, salt: '00' },
      first,
    ).entry;
    expect(verifyChain([first, forged, ...entries.slice(2)], [])).toMatchObject({
      kind: 'broken',
      sequence: 3,
    });
  });
});
