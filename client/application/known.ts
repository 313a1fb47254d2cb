import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { endpointsOf } from '../registration/read-certificate.ts';
import { TunnelStore } from '../tunnel/tunnel-store.ts';
import type { ClientContext } from '../client-context.ts';
import { ApplicationStore } from './application-store.ts';
import { applicationOf } from '#shared/registration/interview/state.ts';
import { nameOf } from './profile-for.ts';

export interface Known {
  /** By field, as it is kept. */
  readonly fields: Readonly<Record<string, string>>;
  readonly endpoint?: { readonly host: string; readonly port: number; readonly publicKey: string };
}

/** What is known of the applicant under these rules: of the application worked on last, and of those before. */
export async function knownOf(client: ClientContext, profile: AuthorityProfile): Promise<Known> {
  const store = new ApplicationStore(client);
  const applicant = await store.applicant(profile.document.id);
  const { drafts } = await store.drafts();
  const draft = drafts.find(({ interview }) => nameOf(interview.profile) === profile.document.id);
  const known = { fields: applicant?.fields ?? {}, documents: applicant?.documents ?? {} };
  if (draft === undefined) return { fields: known.fields };
  const interview = {
    ...{ profile, state: { ...draft.interview, profile: profile.reference }, known, language: 'en' as const },
    ...{ address: undefined, publicAddress: undefined },
  };
  const answered = applicationOf(interview)?.fields ?? {};
  const endpoint = await endpointOf(client, draft.tunnel);
  return { fields: { ...known.fields, ...answered }, ...(endpoint === undefined ? {} : { endpoint }) };
}

/** The first of a tunnel; undefined: it is gone, or none was chosen. */
async function endpointOf(client: ClientContext, tunnel: string | null): Promise<Known['endpoint']> {
  const found = (await new TunnelStore(client).all()).find(({ name }) => name === tunnel);
  return found === undefined ? undefined : endpointsOf(found)[0];
}
