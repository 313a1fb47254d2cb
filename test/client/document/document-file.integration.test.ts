import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examineFile, readDocumentFile } from '#client/document/document-file.ts';
import { jpegHeader, pdfOf, pngOf } from '#test/shared/document/samples.ts';

const LIMIT = 100_000;
let folder = '';
const file = (name: string, content: Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const link = (target: string): string => {
  symlinkSync(target, join(folder, 'link.png'));
  return join(folder, 'link.png');
};
/** Larger than is taken, and nothing in it. */
const sparse = (name: string, content: Buffer, bytes: number): string => {
  const path = file(name, content);
  truncateSync(path, bytes);
  return path;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sanad-document-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a file that may become a document', () => {
  it.each([
    ['a PDF', pdfOf(), 'application/pdf'],
    ['a JPEG', jpegHeader(4, 3), 'image/jpeg'],
    ['a PNG', pngOf(4, 3), 'image/png'],
  ])('%s is known by its content', async (_, content, contentType) => {
    const read = await readDocumentFile(file('any.bin', content), { bytes: LIMIT });
    expect(read).toMatchObject({ contentType, size: content.length, name: 'any.bin' });
    expect(content.equals(read.bytes)).toBe(true);
  });

  it('may lie behind a link, and be as large as is taken', async () => {
    const whole = pdfOf('x'.repeat(LIMIT - pdfOf().length));
    const path = link(file('scan.pdf', whole));
    expect(await readDocumentFile(path, { bytes: LIMIT })).toMatchObject({ size: LIMIT, name: 'link.png' });
  });

  it('that is a picture may be larger, where it is made smaller before it leaves; a PDF may not', async () => {
    const limits = { bytes: 50, pictureBytes: LIMIT };
    expect(await readDocumentFile(file('a.png', pngOf(4, 3)), limits)).toMatchObject({ size: 68 });
    const pdf = readDocumentFile(file('a.pdf', pdfOf('x'.repeat(50))), limits);
    await expect(pdf).rejects.toMatchObject({ problem: { code: 'document_too_large' } });
  });

  it.each<[string, () => string, string]>([
    ['nothing', () => file('empty.pdf', Buffer.alloc(0)), 'document_empty'],
    ['a text called PDF', () => file('letter.pdf', Buffer.from('Dear Sir')), 'document_type_unknown'],
    ['a large program', () => process.execPath, 'document_too_large'],
    ['a picture that breaks off', () => file('a.png', pngOf(4, 3).subarray(0, 40)), 'document_incomplete'],
    ['a bomb', () => file('a.png', pngOf(50_000, 50_000)), 'document_picture_too_large'],
    ['a bomb of a JPEG', () => file('a.jpg', jpegHeader(65_000, 65_000)), 'document_picture_too_large'],
    ['a folder', () => folder, 'document_unreadable'],
    ['not there', () => join(folder, 'nothing.pdf'), 'document_unreadable'],
    ['a link to itself', () => link('link.png'), 'document_unreadable'],
    ['a link to a device that never ends', () => link('/dev/zero'), 'document_unreadable'],
    ['a terminal', () => link('/dev/tty'), 'document_unreadable'],
    ['what the kernel makes up', () => link('/proc/self/status'), 'document_type_unknown'],
    ['one that never ends', () => link('/proc/kmsg'), 'document_unreadable'],
    ['a pipe that nobody writes to', makePipe, 'document_unreadable'],
    ['a byte too large', () => sparse('large.pdf', pdfOf(), LIMIT + 1), 'document_too_large'],
    ['a terabyte', () => sparse('large.pdf', pdfOf(), 2 ** 40), 'document_too_large'],
    [
      'named like a path of another system',
      () => file(String.raw`C:\card.png`, pngOf(4, 3)),
      'document_name_unusable',
    ],
  ])('%s is refused', async (_, path, code) => {
    await expect(readDocumentFile(path(), { bytes: LIMIT })).rejects.toMatchObject({
      problem: { kind: 'usage', code, nextAction: expect.stringMatching(/\w/) as string },
    });
  });

  it('that others’ rights keep from being read is refused', async () => {
    const path = file('a.png', pngOf(4, 3));
    chmodSync(path, 0);
    chmodSync(folder, 0o755);
    await asNobody(async () => {
      await expect(readDocumentFile(path, { bytes: LIMIT })).rejects.toMatchObject({
        problem: { code: 'document_unreadable', reason: expect.stringContaining('EACCES') as string },
      });
    });
  });

  it.each([
    '../card.png',
    'a/b.png',
    String.raw`a\b.png`,
    '.',
    '..',
    '',
    ' ',
    'C:card.png',
    '\u202e',
    'x'.repeat(256),
  ])('called “%s” is refused: a name leads nowhere', (name) => {
    const examine = () => examineFile({ name, bytes: pngOf(4, 3) }, { bytes: LIMIT });
    expect(examine).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({ code: 'document_name_unusable' }) as object,
      }),
    );
  });

  it('keeps its name, but for what is not seen in it', () => {
    const of = (name: string) => examineFile({ name, bytes: pngOf(4, 3) }, { bytes: LIMIT }).name;
    expect(of('شناختی\u200cکارڈ.png')).toBe('شناختی\u200cکارڈ.png');
    expect(of('card\u202egnp.\u001b[31mexe')).toBe('cardgnp.[31mexe');
  });
});

function makePipe(): string {
  execFileSync('mkfifo', [join(folder, 'pipe.pdf')]);
  return join(folder, 'pipe.pdf');
}

/** root may read everything; so not as root. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
