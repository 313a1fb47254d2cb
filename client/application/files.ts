import { SanadError } from '#shared/contract/problem.ts';
import type { GivenFile } from '#shared/registration/interview/give-answer.ts';
import type { FileSlot, Question, Said } from '#shared/registration/interview/question.ts';
import { applicationMessages } from '#shared/text/application/index.ts';
import { findingMessages } from '#shared/text/finding/index.ts';
import { isolate } from '#shared/text/language.ts';
import { say } from '#shared/text/say.ts';
import { basename } from 'node:path';
import { MAX_PHOTOGRAPH_BYTES, readDocumentFile, type DocumentFile } from '../document/document-file.ts';
import type { Work } from './work.ts';

/** A file that somebody names. `kind`: which of the documents it is; undefined: by its place. */
export interface OfferedFile {
  readonly path: string;
  readonly kind?: string | undefined;
}

interface TakenIn {
  /** undefined: at least one was refused, and none was kept. */
  readonly given: readonly GivenFile[] | undefined;
  readonly said: readonly Said[];
}

interface Looked {
  readonly file: DocumentFile;
  readonly slots: readonly FileSlot[];
}

interface Placed {
  readonly path: string;
  readonly slots: readonly FileSlot[];
}

/** Looks at each file by its content, says of each that is refused why, and keeps them, encrypted, where none is. */
export async function takeInFiles(
  work: Work,
  question: Question,
  offered: readonly OfferedFile[],
): Promise<TakenIn> {
  const { language, client } = work.context;
  if (offered.length === 0 && !question.isOptional) {
    return refused([{ text: say(findingMessages, language, { message: 'absent' }) }]);
  }
  const looked: Looked[] = [];
  const wrong: Pick<Said, 'text' | 'about'>[] = [];
  for (const { path, slots } of placed(question, offered)) {
    try {
      looked.push({ file: await lookAt(work, path, slots), slots });
    } catch (cause) {
      if (!(cause instanceof SanadError)) throw cause;
      const text = `${isolate(basename(path))}: ${cause.problem.reason}`;
      wrong.push({ text, about: slots[0]?.kind });
    }
  }
  if (wrong.length > 0) return refused(wrong);
  const given: GivenFile[] = [];
  for (const { file, slots } of bothSides(question, looked)) {
    for (const { kind } of slots) {
      const { sha256 } = await work.documents.add(file, { kind, now: client.now() });
      given.push({ kind, id: sha256 });
    }
  }
  return { given, said: [] };
}

function refused(faults: readonly Pick<Said, 'text' | 'about'>[]): TakenIn {
  return { given: undefined, said: faults.map((fault) => ({ level: 'wrong', ...fault })) };
}

/** In the order in which they are asked for, each first once; where one is enough they are all the first kind. */
function placed(
  { slots = [], isOneEnough = false }: Question,
  offered: readonly OfferedFile[],
): readonly Placed[] {
  const [first] = slots;
  const open = isOneEnough ? [] : slots.filter(({ kind }) => !offered.some((file) => file.kind === kind));
  return offered.map(({ path, kind }) => {
    const named = slots.find((slot) => slot.kind === kind);
    const slot = named ?? open.shift() ?? (isOneEnough ? first : slots.at(-1)) ?? first;
    return { path, slots: slot === undefined ? [] : [slot] };
  });
}

/** One PDF for all that is asked for holds all of it, as a scan of both sides of a card does. */
function bothSides(
  { slots = [], isOneEnough = false }: Question,
  looked: readonly Looked[],
): readonly Looked[] {
  const [only] = looked;
  const isWhole = looked.length === 1 && only?.file.contentType === 'application/pdf' && !isOneEnough;
  return isWhole ? [{ file: only.file, slots }] : looked;
}

async function lookAt(work: Work, path: string, slots: readonly FileSlot[]): Promise<DocumentFile> {
  const bytes = Math.min(...slots.map(({ maxBytes }) => maxBytes));
  const file = await readDocumentFile(path, { bytes, pictureBytes: MAX_PHOTOGRAPH_BYTES });
  const unfit = slots.find(({ contentTypes }) => !contentTypes.includes(file.contentType));
  if (unfit === undefined) return file;
  const values = { document: unfit.label, types: unfit.contentTypes.map(typeName).join(', ') };
  throw new SanadError({
    ...{ kind: 'usage', code: 'document_type_unfit' },
    reason: say(applicationMessages, work.context.language, { message: 'document_type', values }),
    nextAction: '',
  });
}

function typeName(contentType: string): string {
  return contentType.replace(/^.*\//, '').toUpperCase();
}
