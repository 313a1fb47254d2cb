import type { CaseView, RegistrationSummary } from '#shared/contract/gateway-contract.ts';
import { utcDay } from '#shared/text/utc-day.ts';
import { contentCode } from './content-code.ts';

/** 9999-12-31. */
const LATEST_SECONDS = 253_402_300_799;

/** A case in one line. */
export function caseLine({ id, state, profile, route, category, submitted_at }: RegistrationSummary): string {
  return [id, state.padEnd(20), day(submitted_at), profile, `route ${route}`, category].join('  ');
}

/** A case in full, as a reviewer compares it with the authority's decision. */
export function caseLines(shown: CaseView): readonly string[] {
  return [
    caseLine(shown),
    ...(shown.note === null ? [] : [`  note        ${shown.note}`]),
    ...Object.entries(shown.fields).map(([name, value]) => `  ${name.padEnd(12)}${value}`),
    ...judgementLines(shown),
    ...linkLines(shown),
    ...shown.endpoints.map(
      ({ public_key, host, port }) => `  endpoint    ${host}, port ${port}, key ${public_key}`,
    ),
    ...shown.devices.map((device) => `  device      ${device}`),
    ...shown.documents.map(
      ({ id, kind, content_type, size }) => `  document    ${id}  ${kind}, ${content_type}, ${size} bytes`,
    ),
    `  content     ${contentCode(shown)}`,
    `  consent     ${day(shown.consent.given_at)}: ${shown.consent.text}`,
    ...shown.thread.map(({ at, from, text }) => `  ${from.padEnd(12)}${day(at)} ${text}`),
    ...shown.certificates.map(
      ({ jti, status, issued_at, expires_at }) =>
        `  certificate ${jti} ${status}, ${day(issued_at)} to ${day(expires_at)}`,
    ),
    ...shown.audit.map(
      ({ sequence, at, action, actor }) => `  history ${sequence}   ${day(at)} ${action} by ${actor}`,
    ),
  ];
}

/** What the authority's rules say of it, judged by the gateway. */
function judgementLines({ completeness, missing_documents, remarks }: CaseView): readonly string[] {
  return [
    ...(completeness === null ? [] : [`  complete    ${completeness} %`]),
    ...missing_documents.map((kind) => `  missing     document ${kind}`),
    ...remarks.map(({ field, text }) => `  look at     ${field}: ${text}`),
  ];
}

/** Said to whoever attests a case in which something is missing that the authority asks for. */
export function missingDocumentLines({ missing_documents }: CaseView): readonly string[] {
  return missing_documents.map((kind) => `Required by the authority’s rules and not in the case: ${kind}`);
}

function linkLines({ amends, amended_by }: RegistrationSummary): readonly string[] {
  return [
    ...(amends === null ? [] : [`  amends      ${amends}`]),
    ...(amended_by === null ? [] : [`  amended by  ${amended_by}`]),
  ];
}

function day(seconds: number): string {
  // The registrant writes the moment of consent: it may be one that no calendar has.
  if (seconds > LATEST_SECONDS) return 'no date';
  return utcDay(seconds);
}
