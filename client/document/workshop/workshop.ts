import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { documentContentTypes } from '#shared/contract/gateway-contract.ts';
import { documentError, isDocumentProblemCode } from '../document-problem.ts';
import type { Prepared, WorkshopJob } from './job.ts';
import { startConfined } from './start-confined.ts';

export interface WorkshopOptions {
  /** How long one job may take, the start of the process included. */
  readonly deadlineMs?: number;
  /** What the process may take beyond what Node itself does; kept to where the kernel can (Linux). */
  readonly memoryBytes?: number;
  /** Told the id of each process that is started. */
  readonly started?: (processId: number) => void;
}

const DEADLINE_MS = 60_000;

let last: Promise<unknown> = Promise.resolve();

/** Does one job after the other, each in a process of its own. Refuses with a code of document-problem.ts. */
export async function inWorkshop(
  job: Omit<WorkshopJob, 'font'>,
  options: WorkshopOptions = {},
): Promise<Prepared> {
  // Side by side they would take that much memory each.
  const result = last.then(async () => await perform({ ...job, font: place('font') }, options));
  last = result.catch(() => undefined);
  return await result;
}

async function perform(job: WorkshopJob, options: WorkshopOptions): Promise<Prepared> {
  const child = startConfined({
    ...{ file: place('child'), memoryBytes: options.memoryBytes, heapMebibytes: 512, arenas: 2 },
    environment: { FONTCONFIG_FILE: place('fonts') },
  });
  if (child.pid !== undefined) options.started?.(child.pid);
  const { promise, resolve, reject } = Promise.withResolvers<Prepared>();
  const giveUp = (): void => reject(documentError('document_not_prepared'));
  const deadline = setTimeout(giveUp, options.deadlineMs ?? DEADLINE_MS);
  child.on('message', (message) => {
    const reply = replySchema.safeParse(message);
    if (!reply.success) giveUp();
    else if (reply.data.kind === 'refused') reject(documentError(reply.data.code, reply.data.detail));
    else resolve(reply.data);
  });
  child.on('exit', giveUp);
  child.on('error', () => reject(documentError('document_tools_missing')));
  child.send(job, (error) => {
    if (error !== null) giveUp();
  });
  try {
    return await promise;
  } finally {
    clearTimeout(deadline);
    child.kill('SIGKILL');
  }
}

/** Beside this file as source; in a bundle they are beside the programs, one above their shared chunks. */
const places = {
  child: ['./child.ts', './workshop-child.mjs', '../workshop-child.mjs'],
  fonts: ['./fonts.conf', './font/fonts.conf', '../font/fonts.conf'],
  font: ['./font/NotoNastaliqUrdu_400Regular.ttf', '../font/NotoNastaliqUrdu_400Regular.ttf'],
} as const;
const FONT_PACKAGE = '@expo-google-fonts/noto-nastaliq-urdu/400Regular/NotoNastaliqUrdu_400Regular.ttf';

function place(what: keyof typeof places): string {
  const files = places[what].map((file) => fileURLToPath(new URL(file, import.meta.url)));
  const found = files.find((file) => existsSync(file)) ?? (what === 'font' ? fontOfPackage() : undefined);
  if (found === undefined) throw documentError('document_tools_missing', what);
  return found;
}

function fontOfPackage(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(FONT_PACKAGE);
  } catch {
    return undefined;
  }
}

const replySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('done'),
    contentType: z.enum(documentContentTypes),
    bytes: z.instanceof(Uint8Array),
  }),
  z.object({
    kind: z.literal('refused'),
    code: z.string().refine(isDocumentProblemCode),
    detail: z.string().max(100).optional(),
  }),
]);
