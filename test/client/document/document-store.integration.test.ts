import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examineFile } from '#client/document/document-file.ts';
import { DocumentStore } from '#client/document/document-store.ts';
import { pdfOf, pngOf } from '#test/shared/document/samples.ts';
import { memoryKeychain } from '../memory-keychain.ts';

let configDirectory = '';
let items = new Map<string, string>();
const store = (): DocumentStore => new DocumentStore({ keychain: memoryKeychain(items), configDirectory });
const fileOf = (bytes: Buffer, name = 'my-card.png') => examineFile({ name, bytes }, { bytes: 100_000 });
const sealed = (kind: string): readonly string[] => {
  const folder = join(configDirectory, 'vault', kind);
  return readdirSync(folder).map((name) => join(folder, name));
};

beforeEach(() => {
  configDirectory = mkdtempSync(join(tmpdir(), 'sanad-documents-'));
  items = new Map();
});
afterEach(() => rmSync(configDirectory, { recursive: true }));

describe('a person’s documents', () => {
  it('are kept with their kind and name, and come back as they were', async () => {
    const kept = await store().add(fileOf(pngOf(4, 3)), { kind: 'cnic_front', now: 7 });
    expect(kept).toMatchObject({
      kind: 'cnic_front',
      name: 'my-card.png',
      contentType: 'image/png',
      addedAt: 7,
    });
    expect(await store().list()).toEqual({ documents: [kept], damaged: 0 });
    expect((await store().content(kept)).equals(pngOf(4, 3))).toBe(true);
  });

  it('lie on the disk without a word of what they are', async () => {
    const kept = await store().add(fileOf(pdfOf('Dear Sir')), { kind: 'letter', now: 7 });
    const everything = [...sealed('document'), ...sealed('document-content')].map(
      (file) => `${file} ${readFileSync(file, 'latin1')}`,
    );
    for (const word of ['Dear Sir', 'my-card', 'letter', 'PDF', kept.sha256]) {
      expect(everything.join(' ')).not.toContain(word);
    }
  });

  it('added twice are kept once, whatever they are called', async () => {
    const first = await store().add(fileOf(pngOf(4, 3)), { kind: 'cnic_front', now: 7 });
    const again = await store().add(fileOf(pngOf(4, 3), 'copy.png'), { kind: 'cnic_front', now: 8 });
    expect(again).toEqual(first);
    const both = await store().add(fileOf(pngOf(4, 3)), { kind: 'cnic_back', now: 9 });
    expect((await store().list()).documents).toEqual([first, both]);
    expect(sealed('document-content')).toHaveLength(1);
  });

  it('removed are gone, content and all, once nothing else is the same content', async () => {
    const front = await store().add(fileOf(pngOf(4, 3)), { kind: 'cnic_front', now: 7 });
    const back = await store().add(fileOf(pngOf(4, 3)), { kind: 'cnic_back', now: 8 });
    await store().remove(front);
    expect((await store().content(back)).equals(pngOf(4, 3))).toBe(true);
    await store().remove(back);
    expect(await store().list()).toEqual({ documents: [], damaged: 0 });
    expect(sealed('document-content')).toEqual([]);
  });

  it('are found by the beginning of their digest, or by their kind where there is one', async () => {
    const card = await store().add(fileOf(pngOf(4, 3)), { kind: 'cnic_front', now: 7 });
    const letter = await store().add(fileOf(pdfOf('one')), { kind: 'letter', now: 8 });
    expect(await store().find('cnic_front')).toEqual(card);
    expect(await store().find(letter.sha256.slice(0, 8))).toEqual(letter);
    await store().add(fileOf(pdfOf('two')), { kind: 'letter', now: 9 });
    for (const meant of ['letter', 'photo', letter.sha256.slice(0, 3)]) {
      await expect(store().find(meant)).rejects.toMatchObject({ problem: { code: 'document_not_kept' } });
    }
  });

  it('whose file is damaged say so, keep nobody from the others, and are whole when added again', async () => {
    const letter = await store().add(fileOf(pdfOf('one')), { kind: 'letter', now: 7 });
    const [content = ''] = sealed('document-content');
    const card = await store().add(fileOf(pngOf(4, 3)), { kind: 'cnic_front', now: 8 });
    truncateSync(content, statSync(content).size - 1);
    await expect(store().content(letter)).rejects.toMatchObject({ problem: { code: 'vault_file_damaged' } });
    expect((await store().content(card)).equals(pngOf(4, 3))).toBe(true);
    await store().add(fileOf(pdfOf('one')), { kind: 'letter', now: 9 });
    expect((await store().content(letter)).equals(pdfOf('one'))).toBe(true);
  });

  it('are not taken for left-overs because a record is damaged', async () => {
    const letter = await store().add(fileOf(pdfOf('one')), { kind: 'letter', now: 7 });
    const [record = ''] = sealed('document');
    const card = await store().add(fileOf(pngOf(4, 3)), { kind: 'cnic_front', now: 8 });
    truncateSync(record, 10);
    expect(await store().list()).toEqual({ documents: [card], damaged: 1 });
    await store().remove(card);
    await store().add(fileOf(pdfOf('one')), { kind: 'letter', now: 7 });
    expect((await store().content(letter)).equals(pdfOf('one'))).toBe(true);
  });

  it('whose key is gone are not there and not absent: an error says so', async () => {
    await store().add(fileOf(pdfOf('one')), { kind: 'letter', now: 7 });
    items.clear();
    for (const act of [
      () => store().list(),
      () => store().add(fileOf(pngOf(4, 3)), { kind: 'cnic_front', now: 8 }),
    ]) {
      await expect(act()).rejects.toMatchObject({ problem: { code: 'vault_key_missing' } });
    }
    await store().wipe();
    expect(await store().list()).toEqual({ documents: [], damaged: 0 });
  });
});
