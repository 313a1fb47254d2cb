import { readClaims } from '#client/registration/read-certificate.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import type {
  DocumentContentType,
  DocumentView,
  RegistrationMessage,
} from '#shared/contract/gateway-contract.ts';
import { faint, strong, type Line } from '../answer.ts';
import { meaningOf, nextStepOf, stateWords } from './registration-state.ts';
import { table } from './table.ts';
import { bytes, day, moment } from './words.ts';

/** The whole of it, for somebody who looks at one registration. */
export function describeRegistration(registration: StoredRegistration, contact?: string): readonly Line[] {
  const { view } = registration;
  const fields = Object.entries(view.fields).map(([name, value]) => [`  ${name}`, value] as const);
  return [
    ...table(rowsOf(registration)),
    faint(meaningOf(registration)),
    ...section('What you gave:', table(fields)),
    ...section('Documents:', describeDocuments(view.documents)),
    ...section('Questions and answers:', view.thread.flatMap(describeMessage)),
    strong(`Next: ${nextStepOf(registration, contact)}`),
  ];
}

function rowsOf({ view, gateway, origin, tunnel, certificate }: StoredRegistration) {
  const claims = certificate === null ? undefined : readClaims(certificate);
  const { note, amends, amended_by: amendedBy } = view;
  const rows: (readonly [string, string])[] = [
    ['Registration', view.id],
    ['Tunnel', tunnel],
    ['Gateway', `${gateway} (${origin})`],
    ['State', `${stateWords(view)}, since ${moment(view.changed_at)}`],
    ['Covers', view.endpoints.map(({ host, port }) => `${host}, port ${port}`).join('; ')],
    ['Rules', `${view.profile}, route ${view.route}, category ${view.category}`],
  ];
  if (amends !== null) rows.push(['Amends', amends]);
  if (amendedBy !== null) rows.push(['Amended by', amendedBy]);
  // The question itself stands among the questions.
  const isSaid = view.thread.some(({ from, text }) => from === 'reviewer' && text === note);
  if (note !== null && note !== '' && !isSaid) rows.push(['Note', oneLine(note)]);
  if (claims !== undefined) rows.push(['Certificate', `until ${day(claims.exp)}`]);
  return rows;
}

function section(title: string, lines: readonly Line[]): readonly Line[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

function describeMessage({ at, from, text }: RegistrationMessage): readonly Line[] {
  const [first = '', ...rest] = text.split(/\r?\n/);
  const who = from === 'reviewer' ? 'the gateway' : 'you';
  return [`  ${moment(at)}  ${who}: ${first}`, ...rest.map((line) => `    ${line}`)];
}

function oneLine(text: string): string {
  return text.split(/\s*\r?\n\s*/).join(' / ');
}

const typeWords: Readonly<Record<DocumentContentType, string>> = {
  'application/pdf': 'PDF',
  'image/jpeg': 'JPEG picture',
  'image/png': 'PNG picture',
};

export function describeType(contentType: DocumentContentType): string {
  return typeWords[contentType];
}

/** Each with the beginning of its identifier, by which it can be named. */
export function describeDocuments(documents: readonly DocumentView[]): readonly string[] {
  return table(
    documents.map(({ id, kind, content_type: type, size, added_at: at }) => [
      `  ${kind}`,
      `${describeType(type)}, ${bytes(size)}, since ${day(at)}  ${id.slice(0, 8)}`,
    ]),
  );
}

/** For programs: what the gateway says, and the certificate in short. */
export function registrationJson(registration: StoredRegistration): object {
  const { view, gateway, origin, tunnel, certificate } = registration;
  const claims = certificate === null ? undefined : readClaims(certificate);
  const short = claims === undefined ? null : { expiresAt: claims.exp, assurance: claims.assurance };
  return {
    ...view,
    ...{ gateway, origin, tunnel, certificate: short },
    ...{ meaning: meaningOf(registration), nextStep: nextStepOf(registration) },
  };
}
