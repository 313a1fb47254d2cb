import type { Preview, PreviewDocument, PreviewRecipient } from '#client/application/preview.ts';
import type { Language } from '#shared/text/language.ts';
import { words } from '../ask/question-lines.ts';
import { bad, faint, strong, type Line } from '../answer.ts';
import { table } from './table.ts';
import { bytes } from './words.ts';
import { wrap } from './wrap.ts';

interface PreviewOptions {
  readonly language: Language;
  readonly columns: number;
}

/** Exactly what will leave, and to whom; then the words that are consented to. */
export function previewLines(preview: Preview, { language, columns }: PreviewOptions): readonly Line[] {
  const wrapped = (text: string) => wrap(text, columns);
  return [
    ...preview.recipients.flatMap((recipient) => [
      '',
      ...recipientLines(recipient, language),
      ...recipient.remarks.flatMap(wrapped).map(faint),
    ]),
    '',
    ...preview.warnings.flatMap(wrapped).map(bad),
    words(language, 'complete', { percent: preview.completeness }),
    strong(words(language, 'consent_heading')),
    ...wrapped(preview.consent).map((line) => `  ${line}`),
  ];
}

function recipientLines(recipient: PreviewRecipient, language: Language): readonly Line[] {
  const { kind, name, address, rows, documents } = recipient;
  const stamped = words(language, 'copy_stamped');
  const heading = words(language, kind === 'office' ? 'sent_to' : 'filed_at', { name, address });
  return [
    strong(heading),
    ...table([
      ...rows.map(({ label, value }) => [`  ${label}`, oneLine(value)] as const),
      ...documents.map((document) => {
        const file = fileText(document);
        return [`  ${document.label}`, document.isStamped ? `${file} (${stamped})` : file] as const;
      }),
    ]),
  ];
}

/** `card.pdf, PDF, 1.2 MB` */
function fileText({ value, contentType, size }: PreviewDocument): string {
  if (contentType === undefined || size === undefined) return value;
  return `${value}, ${contentType.replace(/^.*\//, '').toUpperCase()}, ${bytes(size)}`;
}

function oneLine(text: string): string {
  return text.split(/\s*\r?\n\s*/).join(' / ');
}
