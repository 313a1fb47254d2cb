import * as z from 'zod';
import { within } from '../within.ts';
import { withBrowser } from './browser-process.ts';
import type { DevToolsPipe } from './devtools-pipe.ts';
import { findBrowser } from './find-browser.ts';
import { printError } from './print-problem.ts';

const DEADLINE_MILLISECONDS = 120_000;
/** Since this one a line of the style sheet stands on every page (CSS Paged Media, margin boxes). */
const OLDEST_VERSION = 131;

export interface PrintOptions {
  /** A whole document of our own, with everything inside: style, fonts and pictures as data. */
  readonly html: string;
  /** For SANAD_BROWSER and PATH; process.env but in tests. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly deadlineMilliseconds?: number;
}

/**
 * The document as PDF, on the paper that its style sheet asks for (`@page`), tagged, with its headings as bookmarks.
 * Scripts in it do not run and nothing in it is fetched. Throws a SanadError of print-problem.ts.
 */
export async function printHtml(options: PrintOptions): Promise<Uint8Array> {
  const { html, environment, deadlineMilliseconds = DEADLINE_MILLISECONDS } = options;
  const program = await findBrowser(environment);
  const uid = process.getuid?.();
  return await withBrowser({ program, environment, uid }, async (browser) =>
    within(deadlineMilliseconds, print(browser, html), () => printError('print_too_slow')),
  );
}

async function print(browser: DevToolsPipe, html: string): Promise<Uint8Array> {
  await requireNewEnough(browser);
  const { targetId } = targetSchema.parse(await browser.ask('Target.createTarget', { url: 'about:blank' }));
  const attached = await browser.ask('Target.attachToTarget', { targetId, flatten: true });
  const { sessionId } = sessionSchema.parse(attached);
  const ask = (method: string, parameters: object): Promise<unknown> =>
    browser.ask(method, parameters, sessionId);
  await ask('Emulation.setScriptExecutionDisabled', { value: true });
  const { frameTree } = frameSchema.parse(await ask('Page.getFrameTree', {}));
  await ask('Page.setDocumentContent', { frameId: frameTree.frame.id, html });
  await ask('Runtime.evaluate', { expression: COMPLETE, awaitPromise: true });
  const { data } = pdfSchema.parse(await ask('Page.printToPDF', paper));
  return Buffer.from(data, 'base64');
}

/** Fonts are loaded when something is laid out in them, pictures decoded when they are needed: ask for both. */
const COMPLETE = `document.body.offsetHeight;
  Promise.all([document.fonts.ready, ...Array.from(document.images, (image) => image.decode().catch(() => undefined))])
    .then(() => true)`;

const paper = {
  preferCSSPageSize: true,
  printBackground: true,
  generateTaggedPDF: true,
  generateDocumentOutline: true,
  transferMode: 'ReturnAsBase64',
};

const targetSchema = z.object({ targetId: z.string() });
const sessionSchema = z.object({ sessionId: z.string() });
const frameSchema = z.object({ frameTree: z.object({ frame: z.object({ id: z.string() }) }) });
const pdfSchema = z.object({ data: z.string() });
const versionSchema = z.object({ product: z.string() });

async function requireNewEnough(browser: DevToolsPipe): Promise<void> {
  const { product } = versionSchema.parse(await browser.ask('Browser.getVersion', {}));
  const version = Number(/\/(\d+)\./.exec(product)?.[1] ?? 0);
  if (version < OLDEST_VERSION) throw printError('browser_too_old', product);
}
