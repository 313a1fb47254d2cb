import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

/** Why a document is not taken or not made ready. Whatever it is, nothing that was kept before has changed. */
const documentProblems = {
  document_unreadable: {
    kind: 'usage',
    reason: 'The file cannot be read.',
    nextAction: 'Check its name, and that it is yours to read.',
  },
  document_name_unusable: {
    kind: 'usage',
    reason: 'The file’s name is empty, too long, or has parts of a path in it.',
    nextAction: 'Give the file a plain name, such as card.jpg, and add it again.',
  },
  document_empty: {
    kind: 'usage',
    reason: 'The file is empty.',
    nextAction: 'Choose another file: a PDF, or a picture as JPEG or PNG.',
  },
  document_type_unknown: {
    kind: 'usage',
    reason: 'The file is neither a PDF nor a picture in JPEG or PNG, whatever its name says.',
    nextAction: 'Save it as PDF or JPEG, or photograph it, and add that file.',
  },
  document_incomplete: {
    kind: 'usage',
    reason: 'The file begins as a PDF or a picture, but it is damaged or not all there.',
    nextAction: 'Copy or save it again, see that it opens, and add that file.',
  },
  document_too_large: {
    kind: 'usage',
    reason: 'The file is larger than what is taken.',
    nextAction: 'Save it in a smaller size, for instance as a picture of lower resolution.',
  },
  document_picture_too_large: {
    kind: 'usage',
    reason: 'The picture has more pixels than any scan or photograph needs.',
    nextAction: 'Save it in a lower resolution, and add that file.',
  },
  document_too_detailed: {
    kind: 'usage',
    reason: 'The picture does not get small enough without its text becoming hard to read.',
    nextAction: 'Photograph the paper alone, in good light and without what lies around it, and add that.',
  },
  document_locked: {
    kind: 'usage',
    reason: 'The PDF is protected against changes, so that no purpose can be stamped on it.',
    nextAction: 'Print it to a new PDF, or photograph it, and add that file.',
  },
  document_not_prepared: {
    kind: 'usage',
    reason: 'The file could not be made ready to be sent: it is damaged, or too much for this computer.',
    nextAction: 'See that it opens; save it again or photograph it, and add that file.',
  },
  document_tools_missing: {
    kind: 'internal',
    reason: 'What Sanad makes documents ready with does not start on this computer.',
    nextAction: 'Install Sanad again; until then add the file as it is: --as-is',
  },
  document_not_kept: {
    kind: 'usage',
    reason: 'No such document is kept on this computer, or several could be meant.',
    nextAction: 'See which are kept: sanad document list',
  },
} as const satisfies ProblemCatalogue<string>;

export type DocumentProblemCode = keyof typeof documentProblems;

export function documentError(code: DocumentProblemCode, detail?: string): SanadError {
  return new SanadError(problemFrom(documentProblems, code, detail));
}

export function isDocumentProblemCode(code: string): code is DocumentProblemCode {
  return Object.hasOwn(documentProblems, code);
}
