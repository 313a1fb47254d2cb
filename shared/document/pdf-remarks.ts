/** What a PDF carries besides its pages, and what whoever sends or reads it should know. */
export type PdfRemark =
  /** Opens with a password only, or may not be changed. */
  | 'encrypted'
  /** Scripts, programs to start, forms that send. */
  | 'active'
  /** Other files inside. */
  | 'attachments'
  /** Signed electronically: a changed copy is not any more. */
  | 'signed';

const signs: readonly (readonly [PdfRemark, RegExp])[] = [
  ['encrypted', /\/Encrypt(?![A-Za-z0-9])/],
  ['active', /\/(?:JavaScript|Launch|SubmitForm|ImportData|RichMedia|XFA)(?![A-Za-z0-9])/],
  ['attachments', /\/EmbeddedFiles?(?![A-Za-z0-9])/],
  ['signed', /\/ByteRange(?![A-Za-z0-9])/],
];

/**
 * As far as can be seen without unpacking anything: what lies in compressed objects is not. So these are remarks, and
 * their absence promises nothing.
 */
export function pdfRemarks(bytes: Uint8Array): readonly PdfRemark[] {
  const text = new TextDecoder('latin1').decode(bytes);
  // ISO 32000-1 section 7.3.5: a character of a name may be written as #xx.
  const plain = text.replaceAll(/#([2-7][0-9a-fA-F])/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return signs.filter(([, sign]) => sign.test(plain)).map(([remark]) => remark);
}
