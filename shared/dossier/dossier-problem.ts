import { problemFrom, SanadError, type ProblemCatalogue } from '../contract/problem.ts';

const dossierProblems = {
  dossier_incomplete: {
    kind: 'usage',
    reason: 'Something that the authority asks for is missing or wrong; such an application is refused.',
    nextAction: 'Add it first, then make the dossier again.',
  },
  dossier_document_changed: {
    kind: 'usage',
    reason: 'A document changed while the dossier was made, so no dossier was kept.',
    nextAction: 'Make the dossier again, and leave the documents alone meanwhile.',
  },
  dossier_picture_unreadable: {
    kind: 'usage',
    reason: 'A document is a picture that cannot be shown on a page.',
    nextAction: 'Photograph or scan it again, put it in the other’s place, and make the dossier again.',
  },
} as const satisfies ProblemCatalogue<string>;

export type DossierProblemCode = keyof typeof dossierProblems;

export function dossierError(code: DossierProblemCode, detail?: string, cause?: unknown): SanadError {
  return new SanadError(problemFrom(dossierProblems, code, detail), { cause });
}
