import PdfKit from 'pdfkit';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Dossier } from '#shared/dossier/dossier-schema.ts';
import { dossierMessages } from '#shared/text/dossier/index.ts';
import { say, type MessageValues } from '#shared/text/say.ts';
import { utcDay } from '#shared/text/utc-day.ts';
import { paired, readFor, type DossierDocument, type PlacedDocument } from '../dossier-document.ts';
import { PictureShop, type PagePicture } from '../picture/picture-shop.ts';
import { INNER_WIDTH, PAGE, PageFlow } from './page-flow.ts';

export interface PdfParts {
  readonly dossier: Dossier;
  /** In the order of the dossier's rows. */
  readonly documents: readonly DossierDocument[];
  readonly out: Writable;
}

type Pdf = InstanceType<typeof PdfKit>;

/**
 * Writes the dossier in English, with bookmarks, its documents as attachments, pictures on pages of their own. Holds one
 * document in memory at a time. Ends `out`; what a broken one says is thrown as it is.
 */
export async function writeEnglishPdf(parts: PdfParts): Promise<void> {
  const { dossier, out } = parts;
  const pdf = open(dossier);
  const over = finished(out);
  // It is awaited at the end; until then it must not count as unhandled.
  over.catch(() => undefined);
  const shop = new PictureShop();
  pdf.pipe(out);
  try {
    await writeAll(pdf, { ...parts, shop });
    pdf.end();
    await over;
  } catch (cause) {
    pdf.unpipe(out);
    out.destroy();
    throw cause;
  } finally {
    shop.end();
  }
}

async function writeAll(pdf: Pdf, parts: PdfParts & { readonly shop: PictureShop }): Promise<void> {
  const { dossier, documents, out, shop } = parts;
  const flow = new PageFlow(pdf);
  writeAnswers(pdf, flow, dossier);
  for (const { row, document } of paired(dossier.documents, documents)) {
    const placed = await readFor(row, document);
    if (row.content_type !== 'application/pdf') {
      showPicture(pdf, flow, { placed, dossier, picture: await shop.draw(placed) });
    }
    attach(pdf, { name: row.file, type: row.content_type, description: row.label, bytes: placed.bytes });
    await drained(pdf, out);
  }
  const json = Buffer.from(`${JSON.stringify(dossier, null, 2)}\n`);
  attach(pdf, { name: 'dossier.json', type: 'application/json', description: dossier.notice, bytes: json });
  numberPages(pdf, flow, dossier);
}

function open({ authority, made_at }: Dossier): Pdf {
  return new PdfKit({
    size: 'A4',
    margin: 0,
    // To number the pages once it is known how many there are; their pictures are written meanwhile.
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    pdfVersion: '1.7',
    info: {
      Title: `${said('title')}: ${authority.name}`,
      Subject: said('notice'),
      Creator: 'Sanad',
      Producer: 'Sanad (pdfkit)',
      CreationDate: new Date(made_at * 1000),
    },
  });
}

function said(message: keyof typeof dossierMessages.en, values: MessageValues = {}): string {
  return say(dossierMessages, 'en', { message, values });
}

function writeAnswers(pdf: Pdf, flow: PageFlow, dossier: Dossier): void {
  const bookmark = (title: string): void => void pdf.outline.addItem(title);
  flow.title(said('title'));
  flow.text(said('addressed', { authority: dossier.authority.name }), { size: 12 });
  flow.gap(2);
  flow.text(said('notice'), { size: 9, colour: '#444' });
  section(said('application'), applicationRows(dossier));
  if (dossier.form.length > 0) section(said('form'), formRows(dossier));
  const asked = new Set(dossier.form.map(({ field }) => field));
  const further = dossier.answers.filter(({ field }) => !asked.has(field));
  if (further.length > 0) {
    const heading = said(dossier.form.length > 0 ? 'further' : 'answers');
    section(
      heading,
      further.map(({ label, shown }) => [label, shown] as const),
    );
  }
  if (dossier.endpoints.length > 0) section(said('servers'), serverRows(dossier), dossier.endpoint_note);
  bookmark(said('documents'));
  writeDocuments(flow, dossier);
  bookmark(said('declaration'));
  flow.heading(said('declaration'));
  flow.text(dossier.declaration);
  flow.fillIn([said('name'), said('date'), said('signature')]);
  section(said('sources'), sourceRows(dossier));

  function section(heading: string, rows: readonly Row[], note: string | null = null): void {
    bookmark(heading);
    flow.heading(heading);
    if (note !== null) flow.text(note, { size: 9, colour: '#444' });
    for (const [label, value] of rows) flow.row(pair(label, value));
  }
}

type Row = readonly [label: string, value: string];

function pair(label: string, value: string) {
  const width = INNER_WIDTH * 0.36;
  return [
    { text: label, width, style: { size: 10, colour: '#444' } },
    { text: value, width: INNER_WIDTH - width },
  ] as const;
}

function applicationRows({
  authority,
  portal,
  category,
  route,
  profile,
  fee,
  made_at,
}: Dossier): readonly Row[] {
  const { reference, maintainer } = profile;
  return [
    ...(portal === null ? [] : [[said('portal'), `${portal.name}\n${portal.url}`] as const]),
    [said('category'), category.name],
    [said('route'), route.name],
    ...(fee === null ? [] : [[said('fee'), fee] as const]),
    [said('prepared'), utcDay(made_at)],
    [said('rules'), `${authority.name}: ${said('rules_value', { reference, maintainer })}`],
  ];
}

function formRows({ form }: Dossier): readonly Row[] {
  return form.map(({ label, value }) => [label, value ?? said('not_given')]);
}

function serverRows({ endpoints }: Dossier): readonly Row[] {
  return endpoints.flatMap(({ host, port, public_key: key }, index) => {
    const number = index + 1;
    const server = said('server_value', { host, port: String(port) });
    return [
      [
        said('server', { number }),
        key === undefined ? server : `${server}\n${said('public_key')} ${key}`,
      ] as const,
    ];
  });
}

function sourceRows({ profile: { sources } }: Dossier): readonly Row[] {
  return sources.map(({ title, url, verified }) => [title, `${url}\n${said('source_value', { verified })}`]);
}

function writeDocuments(flow: PageFlow, { documents }: Dossier): void {
  flow.heading(said('documents'));
  if (documents.length === 0) return flow.text(said('no_documents'));
  flow.text(said('documents_note'), { size: 9, colour: '#444' });
  flow.gap();
  const head = { size: 8.5, weight: 700 } as const;
  const titles = [said('document'), said('attachment'), said('size'), said('digest')];
  const widths = [0.32, 0.25, 0.11, 0.32].map((share) => share * INNER_WIDTH);
  const columns = (texts: readonly string[], style: readonly object[]) =>
    texts.map((text, index) => ({
      text,
      width: widths[index] ?? 0,
      style: { size: 9, ...style[index] },
    }));
  flow.row(columns(titles, [head, head, head, head]), { width: 0.8, colour: '#000' });
  documents.forEach(({ label, file, size, sha256 }, index) => {
    // In two halves: one of 64 characters fits no column.
    const digest = `${sha256.slice(0, 32)}\n${sha256.slice(32)}`;
    flow.row(columns([`${index + 1}. ${label}`, file, kilobytes(size), digest], [{}, {}, {}, { size: 7 }]));
  });
}

function showPicture(
  pdf: Pdf,
  flow: PageFlow,
  shown: { readonly placed: PlacedDocument; readonly dossier: Dossier; readonly picture: PagePicture },
): void {
  const { row } = shown.placed;
  const number = shown.dossier.documents.indexOf(row) + 1;
  const title = said('document_page', { number, label: row.label });
  flow.newPage();
  pdf.outline.addItem(title);
  flow.text(title, { size: 12.5, weight: 700 });
  flow.gap();
  flow.picture(shown.picture, { below: 14 });
  flow.text(`${row.file} · SHA-256 ${row.sha256}`, { size: 7, colour: '#444' });
}

function attach(
  pdf: Pdf,
  file: {
    readonly name: string;
    readonly type: string;
    readonly description: string;
    readonly bytes: Uint8Array;
  },
): void {
  const { name, type, description, bytes } = file;
  // ISO 32000-1, section 7.11.4. By hand: pdfkit's own digests every file with MD5 and packs what is packed already, which
  // takes most of the time and twice the memory.
  pdf.compress = false;
  const content = pdf.ref({
    Type: 'EmbeddedFile',
    Subtype: type.replace('/', '#2F'),
    Params: { Size: bytes.length },
  });
  content.end(bytes);
  pdf.compress = true;
  const [F, Desc] = [new String(name), new String(description)];
  const specification = pdf.ref({ Type: 'Filespec', F, UF: F, Desc, EF: { F: content } });
  specification.finalize();
  pdf.addNamedEmbeddedFile(name, specification);
}

/** pdfkit does not wait for whoever takes its output: without this, all of it would gather in memory. */
async function drained(pdf: Pdf, out: Writable): Promise<void> {
  while (pdf.readableLength > 0 || out.writableNeedDrain) {
    if (out.destroyed || out.errored !== null) return;
    if (out.writableNeedDrain) await Promise.race([once(out, 'drain'), once(out, 'close')]);
    else await new Promise((resolve) => setImmediate(resolve));
  }
}

function numberPages(pdf: Pdf, flow: PageFlow, { authority }: Dossier): void {
  const { count: pages } = pdf.bufferedPageRange();
  for (let index = 0; index < pages; index += 1) {
    pdf.switchToPage(index);
    const y = PAGE.height - PAGE.bottom + 16;
    flow.margin(said('notice'), { y, isAtEnd: false });
    flow.margin(said('page', { page: index + 1, pages }), { y, isAtEnd: true });
    if (index > 0) flow.margin(`${said('title')}: ${authority.name}`, { y: PAGE.top - 26, isAtEnd: false });
  }
}

function kilobytes(size: number): string {
  return `${Math.max(1, Math.round(size / 1024))} KB`;
}
