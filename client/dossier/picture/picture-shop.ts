import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { dossierError } from '#shared/dossier/dossier-problem.ts';
import { startConfined } from '../../document/workshop/start-confined.ts';
import { within } from '../../within.ts';
import type { PlacedDocument } from '../dossier-document.ts';

const DEADLINE_MILLISECONDS = 60_000;

/** What a page shows of a picture, as JPEG without metadata; the whole one is attached. */
export type PagePicture = Uint8Array;

/** A process that makes pictures ready for pages, started for the first of them and ended with the dossier. */
export class PictureShop {
  #child: ChildProcess | undefined;
  readonly #started: ((processId: number) => void) | undefined;

  /** `started`: told the id of the process. */
  constructor({ started }: { readonly started?: (processId: number) => void } = {}) {
    this.#started = started;
  }

  /** Straightened, as large as a page needs it. One at a time. Throws `dossier_picture_unreadable`. */
  async draw({ row, bytes }: PlacedDocument): Promise<PagePicture> {
    const child = (this.#child ??= this.#start());
    const unreadable = (): Error => dossierError('dossier_picture_unreadable', row.label);
    return await within(DEADLINE_MILLISECONDS, ask(child, { bytes, unreadable }), unreadable);
  }

  end(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #start(): ChildProcess {
    const child = startConfined({ file: program(), heapMebibytes: 128, arenas: 1 });
    if (child.pid !== undefined) this.#started?.(child.pid);
    return child;
  }
}

async function ask(
  child: ChildProcess,
  { bytes, unreadable }: { readonly bytes: Uint8Array; readonly unreadable: () => Error },
): Promise<PagePicture> {
  const { promise, resolve, reject } = Promise.withResolvers<PagePicture>();
  const fail = (): void => reject(unreadable());
  child.once('exit', fail);
  child.once('error', fail);
  child.once('message', (message) => {
    const reply = replySchema.safeParse(message);
    if (reply.success && reply.data.kind === 'done') resolve(reply.data.bytes);
    else fail();
  });
  child.send({ bytes }, (error) => {
    if (error !== null) fail();
  });
  try {
    return await promise;
  } finally {
    child.removeAllListeners();
    child.on('error', () => undefined);
  }
}

const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), bytes: z.instanceof(Uint8Array) }),
  z.object({ kind: z.literal('refused') }),
]);

/** Beside this file as source; in a bundle beside the programs, one above their shared chunks. */
const places = ['./child.ts', './picture-child.mjs', '../picture-child.mjs'];

function program(): string {
  const files = places.map((file) => fileURLToPath(new URL(file, import.meta.url)));
  const found = files.find((file) => existsSync(file));
  if (found === undefined) throw new Error('picture-child is not installed');
  return found;
}
