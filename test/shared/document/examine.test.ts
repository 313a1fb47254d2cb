import { describe, expect, it } from 'vitest';
import { examineDocument } from '#shared/document/examine.ts';
import { pdfRemarks } from '#shared/document/pdf-remarks.ts';
import { jpegHeader, pdfOf, pngOf } from './samples.ts';

const faultOf = (bytes: Uint8Array) => {
  const examined = examineDocument(bytes);
  return examined.kind === 'fault' ? examined.fault : examined.contentType;
};

describe('what a document is', () => {
  it.each([
    ['a PDF', pdfOf(), { contentType: 'application/pdf' }],
    ['a PDF 2.0 that ends with line breaks', pdfOf('', '%PDF-2.0\r\n', '%%EOF\r\n\r\n'), {}],
    ['a PNG', pngOf(30, 20), { contentType: 'image/png', size: { width: 30, height: 20 } }],
    ['a JPEG', jpegHeader(30, 20), { contentType: 'image/jpeg', size: { width: 30, height: 20 } }],
    // Telephones append what is theirs.
    ['a JPEG with a tail', Buffer.concat([jpegHeader(30, 20), Buffer.from('SEFT')]), {}],
    ['a part of a larger memory', Buffer.concat([Buffer.alloc(7), pngOf(3, 2)]).subarray(7), {}],
  ])('%s', (_, bytes, expected) => {
    expect(examineDocument(bytes)).toMatchObject({ kind: 'document', ...expected });
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'empty'],
    ['a text', Buffer.from('Dear Sir'), 'unknown'],
    ['a PDF further down', Buffer.from('\n%PDF-1.7\n%%EOF'), 'unknown'],
    ['GIF', Buffer.from('GIF89a'), 'unknown'],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'unknown'],
    ['HEIC', Buffer.from('\0\0\0\u0018ftypheic'), 'unknown'],
    ['a PDF that breaks off', pdfOf('', '%PDF-1.7\n', ''), 'incomplete'],
    ['a PDF with an archive behind', pdfOf('', '%PDF-1.7\n', '%%EOF\nPK\u0003\u0004'), 'incomplete'],
    ['a PDF of no version', pdfOf('', '%PDF-x\n'), 'incomplete'],
    ['a PNG that breaks off', pngOf(3, 2).subarray(0, -4), 'incomplete'],
    ['a PNG with something behind', Buffer.concat([pngOf(3, 2), Buffer.from('x')]), 'incomplete'],
    ['a PNG of nothing', pngOf(0, 2), 'incomplete'],
    ['the beginning of a PNG', pngOf(3, 2).subarray(0, 20), 'incomplete'],
    ['a JPEG without an end', jpegHeader(3, 2).subarray(0, -2), 'incomplete'],
    ['the beginning of a JPEG', Buffer.from([0xff, 0xd8, 0xff]), 'incomplete'],
    ['a PNG that unpacks to gigabytes', pngOf(50_000, 50_000), 'too_many_pixels'],
    ['a PNG of the most that a header can say', pngOf(0xffffffff, 0xffffffff), 'too_many_pixels'],
    ['a JPEG that unpacks to gigabytes', jpegHeader(65_535, 65_535), 'too_many_pixels'],
    [
      'a JPEG whose second frame does',
      Buffer.concat([jpegHeader(3, 2).subarray(0, 15), jpegHeader(65_535, 65_535).subarray(2)]),
      'too_many_pixels',
    ],
  ])('%s is refused', (_, bytes, fault) => {
    expect(faultOf(bytes)).toBe(fault);
  });

  it('never takes longer than the bytes are long', () => {
    // Segments and chunks of no length would be read for ever.
    expect(faultOf(Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(5_000_000, 0xff)]))).toBe(
      'incomplete',
    );
    const zero = Buffer.concat([pngOf(3, 2).subarray(0, 33), Buffer.alloc(5_000_000)]);
    expect(faultOf(zero)).toBe('incomplete');
  });
});

describe('what a PDF carries', () => {
  it.each([
    ['<< /S /JavaScript /JS (app.alert(1)) >>', ['active']],
    ['<< /S /J#61vaScript >>', ['active']],
    ['<< /S /Launch /F (cmd.exe) >>', ['active']],
    ['trailer << /Encrypt 5 0 R >>', ['encrypted']],
    ['<< /Names << /EmbeddedFiles 3 0 R >> >>', ['attachments']],
    ['<< /Type /Sig /ByteRange [0 1 2 3] >>', ['signed']],
    ['<< /Type /Page /EncryptedNot 1 >>', []],
    ['plain', []],
  ])('%s: %j', (content, remarks) => {
    expect(pdfRemarks(pdfOf(content))).toEqual(remarks);
  });
});
