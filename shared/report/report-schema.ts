import * as z from 'zod';
import {
  anchorSchema,
  endpointSchema,
  epochSeconds,
  registrationStates,
} from '../contract/gateway-contract.ts';
import { MAX_CERTIFICATE_BYTES } from '../registration/certificate.ts';
import { MAX_DECLARATION_BYTES } from '../registration/declaration.ts';
import { MAX_KEY_SET_BYTES } from '../registration/key-set.ts';
import { MAX_STATUS_LIST_BYTES } from '../registration/status-list.ts';
import { reportError } from './report-problem.ts';

export const REPORT_FORMAT = 'sanad-report';
export const REPORT_VERSION = 1;
/** What a verifier reads before it looks: 20,000 registrations with their proof are 40 MB. */
export const MAX_REPORT_CHARACTERS = 64 * 1024 * 1024;

/** Of gateways: anchors, key sets and lists. */
export const MAX_PROOFS = 64;

const origin = z.string().min(1).max(255);

/** A state as the gateway told it, with its time. The gateway does not sign it. */
const stateSchema = z.strictObject({ state: z.enum(registrationStates), at: epochSeconds });
export type ReportedState = z.infer<typeof stateSchema>;

/** What a report has room for of one registration. */
export const MAX_DETAILS = 32;
export const MAX_STATES = 64;
export const MAX_ENDPOINTS = 8;
export const MAX_NAME_CHARACTERS = 64;
export const MAX_LABEL_CHARACTERS = 128;
export const MAX_VALUE_CHARACTERS = 200;

/** One of the registrant's answers to the authority's questions; identity numbers masked. */
export const detailSchema = z.strictObject({
  name: z.string().min(1).max(MAX_NAME_CHARACTERS),
  value: z.string().max(MAX_VALUE_CHARACTERS),
  masked: z.boolean(),
  /** What the authority's profile calls it; absent: the profile was not there. Whoever reads a report need not have it. */
  label: z
    .strictObject({
      en: z.string().max(MAX_LABEL_CHARACTERS),
      ur: z.string().max(MAX_LABEL_CHARACTERS).optional(),
    })
    .optional(),
});
export type ReportedDetail = z.infer<typeof detailSchema>;

const common = {
  registration: z.uuid(),
  /** The registrant's own name for the connection. */
  label: z.string().max(MAX_LABEL_CHARACTERS),
  details: z.array(detailSchema).max(MAX_DETAILS),
  states: z.array(stateSchema).max(MAX_STATES),
};

/** A registration with its certificate, which says itself what it covers and what was decided. */
const certifiedEntrySchema = z.strictObject({
  kind: z.literal('certified'),
  ...common,
  /** The gateway's origin: `iss` of the certificate. */
  gateway: origin,
  certificate: z.string().max(MAX_CERTIFICATE_BYTES),
});

/** A registration for which nothing was signed by then. */
const caseEntrySchema = z.strictObject({
  kind: z.literal('case'),
  ...common,
  gateway: origin,
  profile: z.string().max(MAX_NAME_CHARACTERS),
  route: z.string().max(MAX_NAME_CHARACTERS),
  category: z.string().max(MAX_NAME_CHARACTERS),
  endpoints: z.array(endpointSchema).max(MAX_ENDPOINTS),
});

/** What the registrant states alone, signed with this computer's key. */
const declaredEntrySchema = z.strictObject({
  kind: z.literal('declared'),
  ...common,
  declaration: z.string().max(MAX_DECLARATION_BYTES),
});

export const reportEntrySchema = z.discriminatedUnion('kind', [
  certifiedEntrySchema,
  caseEntrySchema,
  declaredEntrySchema,
]);
export type ReportEntry = z.infer<typeof reportEntrySchema>;
export type CertifiedEntry = z.infer<typeof certifiedEntrySchema>;
export type DeclaredEntry = z.infer<typeof declaredEntrySchema>;

/** The gateway's origin; undefined: no gateway has to do with it. */
export function gatewayOf(entry: ReportEntry): string | undefined {
  return entry.kind === 'declared' ? undefined : entry.gateway;
}

/** What is reported, and everything that proves it. */
export const reportSchema = z.strictObject({
  format: z.literal(REPORT_FORMAT),
  version: z.literal(REPORT_VERSION),
  id: z.uuid(),
  made_at: epochSeconds,
  /** The program, e.g. "sanad 0.1.0". */
  made_by: z.string().max(64),
  /** The moment that is reported on. */
  as_of: epochSeconds,
  /** Who is reported on, in their own words. */
  subject: z.string().max(200).nullable(),
  entries: z.array(reportEntrySchema).max(20_000),
  /** Who the gateways are and by which root keys they speak, as the reporting machine has joined them. */
  anchors: z.array(anchorSchema.omit({ tls_ca: true })).max(MAX_PROOFS),
  /** Root-signed: which keys count by then. */
  key_sets: z.array(z.string().max(MAX_KEY_SET_BYTES)).max(MAX_PROOFS),
  /** Which certificates had been revoked or suspended by then. */
  status_lists: z.array(z.string().max(MAX_STATUS_LIST_BYTES)).max(MAX_PROOFS),
});
export type Report = z.infer<typeof reportSchema>;
export type ReportAnchor = Report['anchors'][number];

/** The file: the report, and the device's signature over it (seal.ts), where it was made with one. */
const reportFileSchema = z.strictObject({ report: reportSchema, seal: z.string().max(2048).nullable() });
export type ReportFile = z.infer<typeof reportFileSchema>;

const formatSchema = z.object({ report: z.object({ format: z.literal(REPORT_FORMAT), version: z.int() }) });

/** The one spelling of a report: what is sealed. */
export function reportText(report: Report): string {
  return JSON.stringify(report, null, 1);
}

/** The one spelling of a report's file. */
export function reportFileText(file: ReportFile): string {
  return `${JSON.stringify(file, null, 1)}\n`;
}

/**
 * Reads a report's file: exactly what `reportFileText` writes and nothing else, so that no byte of it can be changed
 * unnoticed. Throws a SanadError of report-problem.ts.
 */
export function parseReportFile(text: string): ReportFile {
  if (text.length > MAX_REPORT_CHARACTERS) throw reportError('report_too_large');
  const value = parseJson(text);
  const format = formatSchema.safeParse(value).data?.report;
  if (format === undefined) throw reportError('report_malformed');
  if (format.version !== REPORT_VERSION) throw reportError('report_version_unknown', String(format.version));
  const file = reportFileSchema.safeParse(value).data;
  if (file === undefined) throw reportError('report_malformed');
  // Members given twice, escapes, white space: each of them would be a second spelling.
  if (reportFileText(file) !== text) throw reportError('report_respelled');
  return file;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw reportError('report_malformed');
  }
}
