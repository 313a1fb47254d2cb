import type { CaseView, Submission } from '#shared/contract/gateway-contract.ts';
import type { Finding } from '#shared/registration/authority-profile/check-value.ts';
import {
  applies,
  evaluateProfile,
  isAcceptable,
  type ProfileVerdict,
} from '#shared/registration/authority-profile/evaluate.ts';
import type { ProfileEvidence } from '#shared/registration/authority-profile/profile-schema.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { findingMessages } from '#shared/text/finding/index.ts';
import { say } from '#shared/text/say.ts';
import type { ProfileShelf } from '../profile/profile-shelf.ts';
import { caseError, SubmissionError } from './problem.ts';

type Application = Pick<Submission, 'profile' | 'route' | 'category' | 'fields'>;

/** The fields as they are to be kept, or the refusal that names all that is wrong with them. */
export function acceptedFields(profiles: ProfileShelf, application: Application): Record<string, string> {
  const profile = profiles.find(application.profile);
  if (profile === undefined) throw caseError('profile_unknown');
  const verdict = evaluateProfile(profile, application);
  // Documents are added once the case is there; reviewers see which ones it lacks.
  if (!isAcceptable(verdict, { documents: false })) throw new SubmissionError(faultsOf(profile, verdict));
  return { ...verdict.values };
}

/** New cases are submitted under the newest version: what an authority no longer takes would only come back. */
export function requireNewest(profiles: ProfileShelf, reference: string): void {
  const profile = profiles.find(reference);
  if (profile === undefined) throw caseError('profile_unknown');
  const newest = profiles.newest(profile.document.id);
  if (newest !== undefined && newest !== profile) throw caseError('profile_superseded', newest.reference);
}

/** The kinds of document that this application asks for, or has a place for. */
export function documentsAsked(profiles: ProfileShelf, application: Application): readonly ProfileEvidence[] {
  const asked = profiles.find(application.profile)?.document.documents ?? [];
  return asked.filter(({ when }) => applies(when, application));
}

/** What a reviewer is told of a case, judged by the version of the profile that it was submitted under. */
export function judgeCase(
  profiles: ProfileShelf,
  shown: Application & Pick<CaseView, 'documents'>,
): Pick<CaseView, 'completeness' | 'missing_documents' | 'remarks'> {
  const profile = profiles.find(shown.profile);
  // From a gateway that had more profiles than this one.
  if (profile === undefined) return { completeness: null, missing_documents: [], remarks: [] };
  const documents: Record<string, number> = {};
  for (const { kind } of shown.documents) documents[kind] = (documents[kind] ?? 0) + 1;
  const verdict = evaluateProfile(profile, { ...shown, documents });
  return {
    completeness: verdict.completeness,
    missing_documents: [...verdict.missing.documents],
    remarks: [
      ...verdict.fields.flatMap(({ field, odd }) =>
        odd.map((finding) => ({ field, text: reasonOf(finding) })),
      ),
      ...(verdict.fee === undefined ? [] : [{ field: 'fee', text: verdict.fee['en'] ?? '' }]),
    ],
  };
}

function faultsOf(
  profile: AuthorityProfile,
  verdict: ProfileVerdict,
): Pick<SubmissionError, 'missing' | 'invalid'> {
  const unasked = verdict.unasked.map((field) => ({
    field,
    reason: say(findingMessages, 'en', { message: 'unasked' }),
  }));
  const wrong = verdict.fields.flatMap(({ field, wrong: finding }) =>
    finding === undefined ? [] : [{ field, reason: reasonOf(finding) }],
  );
  return {
    missing: verdict.missing.fields,
    invalid: [...choiceFaults(profile, verdict), ...wrong, ...unasked],
  };
}

function choiceFaults({ document }: AuthorityProfile, { choice }: ProfileVerdict) {
  if (choice === 'good') return [];
  const [field, known] =
    choice === 'category_unknown'
      ? (['category', document.categories] as const)
      : (['route', document.routes] as const);
  const there = known.map(({ id }) => id).join(', ');
  return [{ field, reason: `${say(findingMessages, 'en', { message: choice })} There are: ${there}.` }];
}

/** In English, as everything that a gateway answers; programs say it in the person's language by the field's name. */
function reasonOf({ code, reason, values }: Finding): string {
  return reason?.['en'] ?? say(findingMessages, 'en', { message: code, ...(values && { values }) });
}
