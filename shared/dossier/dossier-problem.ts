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
  clipboard_missing: {
    kind: 'usage',
    reason: 'There is no clipboard that could be reached.',
    nextAction: 'Install wl-clipboard or xclip, or copy the values from what is shown.',
  },
  portal_missing: {
    kind: 'usage',
    reason: 'The rules of this authority name no portal.',
    nextAction: 'See how it is applied to: sanad guide',
  },
  portal_as_root: {
    kind: 'permission',
    reason: 'No browser is opened for root.',
    nextAction: 'Run it as yourself, without sudo, or open the address by hand.',
  },
  browser_not_opened: {
    kind: 'usage',
    reason: 'The browser could not be opened.',
    nextAction: 'Open the address by hand.',
  },
  not_filed: {
    kind: 'usage',
    reason: 'You have not said yet that this application is filed.',
    nextAction: 'Say so first: sanad dossier filed',
  },
  decision_not_taken: {
    kind: 'usage',
    reason: 'The rules of this authority have no place for the decision among the documents.',
    nextAction: 'Show the decision to the registration office in your own way.',
  },
} as const satisfies ProblemCatalogue<string>;

export type DossierProblemCode = keyof typeof dossierProblems;

export function dossierError(code: DossierProblemCode, detail?: string, cause?: unknown): SanadError {
  return new SanadError(problemFrom(dossierProblems, code, detail), { cause });
}
