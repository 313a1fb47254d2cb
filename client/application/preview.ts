import type { Anchor, DocumentContentType } from '#shared/contract/gateway-contract.ts';
import type { ProfileVerdict } from '#shared/registration/authority-profile/evaluate.ts';
import { shownValue } from '#shared/registration/interview/shown-value.ts';
import { applicationOf, documentsOf } from '#shared/registration/interview/state.ts';
import { applicationMessages } from '#shared/text/application/index.ts';
import { inLanguage } from '#shared/text/language.ts';
import { say } from '#shared/text/say.ts';
import { endpointsOf } from '../registration/read-certificate.ts';
import { TunnelStore } from '../tunnel/tunnel-store.ts';
import { interviewOf, type Work } from './work.ts';

export interface PreviewRow {
  readonly label: string;
  readonly value: string;
}

/** One file: the consent is to these very bytes, of which the copy that leaves is made. `value`: what the file is called. */
export interface PreviewDocument extends PreviewRow {
  readonly isStamped: boolean;
  /** Of the original, base64url. */
  readonly sha256: string;
  /** undefined: it was removed meanwhile; nothing is sent then. */
  readonly contentType: DocumentContentType | undefined;
  /** Bytes of the original. */
  readonly size: number | undefined;
}

/** Everything that one recipient gets, and nothing else. office: sent by Sanad. authority: by the person, at its portal. */
export interface PreviewRecipient {
  readonly kind: 'office' | 'authority';
  readonly name: string;
  /** The office's origin, or the portal's address. */
  readonly address: string;
  readonly rows: readonly PreviewRow[];
  readonly documents: readonly PreviewDocument[];
  /** Sentences beside it: what is not sent, how long it is kept. */
  readonly remarks: readonly string[];
}

export interface Preview {
  readonly recipients: readonly PreviewRecipient[];
  /** What the consent says. */
  readonly consent: string;
  /** Of all that is required, in percent. */
  readonly completeness: number;
  /** A fee, odd values: what deserves a second look. */
  readonly warnings: readonly string[];
}

interface PreviewOptions {
  readonly verdict: ProfileVerdict;
  /** undefined: the portal alone. */
  readonly office: Anchor | undefined;
}

/** Exactly what will be sent, field by field, and to whom. */
export async function previewOf(work: Work, { verdict, office }: PreviewOptions): Promise<Preview> {
  const { language } = work.context;
  const { portal } = work.profile.document;
  const rows = fieldRows(work, verdict);
  const documents = await documentRows(work);
  const recipients = [
    ...(office === undefined ? [] : [await toOffice(work, { office, rows, documents })]),
    ...(portal === null ? [] : [await toAuthority(work, { rows, documents })]),
  ];
  return {
    recipients,
    consent: consentText(work, office),
    completeness: verdict.completeness,
    warnings: [
      ...(verdict.fee === undefined ? [] : [inLanguage(verdict.fee, language)]),
      ...verdict.fields.flatMap(({ odd }) =>
        odd.flatMap(({ reason }) => (reason === undefined ? [] : [inLanguage(reason, language)])),
      ),
    ],
  };
}

/** What the person consents to, in the language in which it is shown. */
export function consentText({ context: { language } }: Work, office: Anchor | undefined): string {
  if (office === undefined) return say(applicationMessages, language, { message: 'consent_text_portal' });
  const { operator, origin } = office;
  const values = { office: operator.legal_name, origin, retention: operator.retention };
  return say(applicationMessages, language, { message: 'consent_text', values });
}

function fieldRows(
  { profile, context: { language } }: Work,
  { values }: ProfileVerdict,
): readonly PreviewRow[] {
  return profile.fields.flatMap(({ field }) => {
    const value = Object.hasOwn(values, field.id) ? values[field.id] : undefined;
    if (value === undefined) return [];
    return [{ label: inLanguage(field.label, language), value: shownValue(field, value, language) }];
  });
}

async function documentRows(work: Work): Promise<readonly PreviewDocument[]> {
  const { profile, documents: store, context } = work;
  const ids = documentsOf(interviewOf(work));
  if (Object.keys(ids).length === 0) return [];
  const { documents: kept } = await store.list();
  return profile.document.documents.flatMap(({ id: kind, label, stamped = false }) =>
    (ids[kind] ?? []).map((sha256) => {
      const found = kept.find((one) => one.kind === kind && one.sha256 === sha256);
      return {
        ...{ label: inLanguage(label, context.language), value: found?.name ?? sha256.slice(0, 8) },
        ...{ isStamped: stamped, sha256, contentType: found?.contentType, size: found?.size },
      };
    }),
  );
}

interface Shown {
  readonly rows: readonly PreviewRow[];
  readonly documents: readonly PreviewDocument[];
}

async function toOffice(
  work: Work,
  { office, rows, documents }: Shown & { readonly office: Anchor },
): Promise<PreviewRecipient> {
  const { language } = work.context;
  const { endpoint } = work.profile.document;
  const text = (message: keyof typeof applicationMessages.en) =>
    say(applicationMessages, language, { message });
  const { operator, origin } = office;
  const retention = { retention: operator.retention };
  return {
    ...{ kind: 'office', name: operator.legal_name, address: origin },
    rows: [
      ...waysOf(work),
      ...rows,
      ...(await serverRows(work)),
      { label: text('this_computer'), value: text('this_computer_key') },
    ],
    documents,
    remarks: [
      inLanguage(endpoint.note, language),
      text('nothing_secret'),
      say(applicationMessages, language, { message: 'kept_as', values: retention }),
    ],
  };
}

/** The authority learns where the VPN server is only where its rules want that. */
async function toAuthority(work: Work, { rows, documents }: Shown): Promise<PreviewRecipient> {
  const { language } = work.context;
  const { authority, portal, endpoint } = work.profile.document;
  const servers = endpoint.needed ? await serverRows(work) : [];
  return {
    kind: 'authority',
    name: inLanguage(authority.name, language),
    address: portal?.url ?? authority.website,
    rows: [...rows, ...servers],
    documents,
    remarks: [
      say(applicationMessages, language, {
        message: 'by_yourself',
        values: { authority: inLanguage(authority.short_name, language) },
      }),
      ...(endpoint.needed ? [inLanguage(endpoint.note, language)] : []),
    ],
  };
}

function waysOf(work: Work): readonly PreviewRow[] {
  const { language } = work.context;
  const { routes, categories } = work.profile.document;
  const application = applicationOf(interviewOf(work));
  const route = routes.find(({ id }) => id === application?.route);
  const category = categories.find(({ id }) => id === application?.category);
  const text = (message: keyof typeof applicationMessages.en) =>
    say(applicationMessages, language, { message });
  return [
    { label: text('rules'), value: work.profile.reference },
    ...(route === undefined ? [] : [{ label: text('way'), value: inLanguage(route.name, language) }]),
    ...(category === undefined
      ? []
      : [{ label: text('applicant'), value: inLanguage(category.name, language) }]),
  ];
}

async function serverRows({ draft, context }: Work): Promise<readonly PreviewRow[]> {
  if (draft.tunnel === null) return [];
  const tunnel = await new TunnelStore(context.client).get(draft.tunnel);
  const label = say(applicationMessages, context.language, { message: 'vpn_server' });
  return endpointsOf(tunnel).map(({ host, port, publicKey }) => ({
    label,
    value: say(applicationMessages, context.language, {
      message: 'vpn_server_at',
      values: { host, port: String(port), key: publicKey },
    }),
  }));
}
