import { SanadError } from '#shared/contract/problem.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import type { Interview, KnownApplicant } from '#shared/registration/interview/state.ts';
import type { Language } from '#shared/text/language.ts';
import type { ClientContext } from '../client-context.ts';
import { findAnchor } from '../anchor/read-anchors.ts';
import { DocumentStore } from '../document/document-store.ts';
import { Vault } from '../vault/vault.ts';
import { applicationError } from './application-problem.ts';
import { ApplicationStore } from './application-store.ts';
import { nameOf, profileFor, type ProfileSource } from './profile-for.ts';
import { newDraft, type ApplicationDraft } from './draft.ts';
import { lookAtLine, type LineReport, type LineSight } from './line/look-at-line.ts';

export interface ApplicationContext {
  readonly client: ClientContext;
  readonly profiles: ProfileSource;
  readonly language: Language;
  /** What this computer can see of its line; the system's where none is given. */
  readonly sight?: LineSight;
}

/** One application that somebody works on. Never changed: every answer gives the next. */
export interface Work {
  readonly context: ApplicationContext;
  /** One for all of it: the keychain is asked once. */
  readonly vault: Vault;
  readonly store: ApplicationStore;
  readonly documents: DocumentStore;
  readonly profile: AuthorityProfile;
  readonly draft: ApplicationDraft;
  readonly known: KnownApplicant;
  /** undefined: no way of these rules registers an address, so nobody looked. */
  readonly line: LineReport | undefined;
}

interface BeginOptions {
  /** The rules' name, with or without a version; undefined: the only ones there are. */
  readonly rules: string | undefined;
}

/** A new application. Nothing is written before the first answer. */
export async function beginWork(context: ApplicationContext, { rules }: BeginOptions): Promise<Work> {
  const profile = await profileFor(context.profiles, rules);
  const draft = newDraft(profile, context.client.now());
  return await workOn(context, { vault: new Vault(context.client), profile, draft });
}

/** The application of that identifier, or the one that was worked on last; under the newest version of its rules. */
export async function resumeWork(context: ApplicationContext, id: string | undefined): Promise<Work> {
  const vault = new Vault(context.client);
  const store = new ApplicationStore({ ...context.client, vault });
  const draft = id === undefined ? await lastUnfinished(store) : await store.draft(id);
  if (draft === undefined) throw applicationError('application_unknown');
  const office = await officeOrigin(context, draft.channel);
  const profile = await profileFor(context.profiles, nameOf(draft.interview.profile), office);
  const interview = { ...draft.interview, profile: profile.reference };
  return await workOn(context, { vault, profile, draft: { ...draft, interview } });
}

/** undefined: there is none. */
export async function lastUnfinished(store: ApplicationStore): Promise<ApplicationDraft | undefined> {
  return (await store.drafts()).drafts.find(({ finished_at: finishedAt }) => finishedAt === null);
}

export function interviewOf({ context, profile, draft, known, line }: Work): Interview {
  const measured = line?.look;
  return {
    ...{ profile, state: draft.interview, known, language: context.language },
    address: measured === 'unknown' ? undefined : measured,
    publicAddress: line?.publicAddress,
  };
}

/** Keeps a change before anything is said about it. */
export async function keep(work: Work, change: Partial<ApplicationDraft>): Promise<Work> {
  const draft = await work.store.keep({ ...work.draft, ...change }, work.context.client.now());
  return { ...work, draft };
}

/** The rules as they hold where it is handed in: an office judges by its own version. */
export async function underRulesOf(work: Work, channel: string): Promise<Work> {
  const { context, profile, draft } = work;
  const office = await officeOrigin(context, channel);
  const own = await profileFor(context.profiles, profile.document.id, office);
  if (own.reference === profile.reference) return work;
  const interview = { ...draft.interview, profile: own.reference };
  return { ...work, profile: own, draft: { ...draft, interview } };
}

const OFFICE = 'office:';

/** The channel that leads to a joined office. */
export function channelTo({ name }: Pick<Anchor, 'name'>): string {
  return `${OFFICE}${name}`;
}

/** undefined: the portal, none chosen, or one that this machine has left meanwhile. */
async function officeOrigin(
  { client }: ApplicationContext,
  channel: string | null,
): Promise<string | undefined> {
  if (channel?.startsWith(OFFICE) !== true) return undefined;
  try {
    return (await findAnchor(client.anchors, channel.slice(OFFICE.length))).origin;
  } catch (cause) {
    if (cause instanceof SanadError) return undefined;
    throw cause;
  }
}

async function workOn(
  context: ApplicationContext,
  { vault, profile, draft }: Pick<Work, 'vault' | 'profile' | 'draft'>,
): Promise<Work> {
  const { client, sight } = context;
  const store = new ApplicationStore({ ...client, vault });
  const documents = new DocumentStore({ ...client, vault });
  const { document } = profile;
  const applicant = await store.applicant(document.id);
  const isAboutAddress = document.routes.some(({ subject }) => subject === 'source_address');
  const line = isAboutAddress ? await lookAtLine(client, store, sight) : undefined;
  const known = {
    fields: applicant?.fields ?? {},
    documents: await stillKept(documents, applicant?.documents ?? {}),
  };
  return { context, vault, store, profile, draft, line, documents, known };
}

/** What was removed meanwhile is not known any more. */
async function stillKept(
  store: DocumentStore,
  documents: KnownApplicant['documents'],
): Promise<KnownApplicant['documents']> {
  if (Object.keys(documents).length === 0) return {};
  const { documents: kept } = await store.list();
  const there = new Set(kept.map(({ kind, sha256 }) => `${kind}/${sha256}`));
  const entries = Object.entries(documents).map(
    ([kind, ids]) => [kind, ids.filter((id) => there.has(`${kind}/${id}`))] as const,
  );
  return Object.fromEntries(entries.filter(([, ids]) => ids.length > 0));
}
