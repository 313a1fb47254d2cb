import { createHash } from 'node:crypto';
import { evaluateProfile } from '#shared/registration/authority-profile/evaluate.ts';
import { applicationOf } from '#shared/registration/interview/state.ts';
import { endpointClaimsOf } from '../registration/read-certificate.ts';
import { TunnelStore } from '../tunnel/tunnel-store.ts';
import { applicationError } from './application-problem.ts';
import { interviewOf, type Work } from './work.ts';

/**
 * Of all that a submission says of the registration: to whom, under which rules, how, what and for which servers. Not of the
 * documents, which follow it. undefined: there is nothing to submit as it stands.
 */
export async function submittedDigest(work: Work, channel: string): Promise<string | undefined> {
  const application = applicationOf(interviewOf(work));
  if (application === undefined || work.draft.tunnel === null) return undefined;
  const { values } = evaluateProfile(work.profile, application);
  const tunnel = await new TunnelStore(work.context.client).get(work.draft.tunnel);
  const submitted = {
    ...{ channel, profile: work.profile.reference, route: application.route },
    ...{ category: application.category, endpoints: endpointClaimsOf(tunnel) },
    fields: Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  };
  return createHash('sha256').update(JSON.stringify(submitted)).digest('base64url');
}

/** Whether it is still what the office has; true while it has nothing. */
export async function isAsSubmitted(work: Work, channel: string): Promise<boolean> {
  const { registration, submitted } = work.draft;
  if (registration === null) return true;
  return submitted !== null && (await submittedDigest(work, channel)) === submitted;
}

/** What differs from what the office has would be shown and never sent. */
export async function requireAsSubmitted(work: Work, channel: string): Promise<void> {
  if (!(await isAsSubmitted(work, channel))) throw applicationError('application_sent');
}
