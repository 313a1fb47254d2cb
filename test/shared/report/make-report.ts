import { nodePrimitives } from '#client/node-primitives.ts';
import { certificateSchema } from '#shared/registration/certificate.ts';
import {
  composeReport,
  listName,
  type KnownRegistration,
  type ReportSources,
} from '#shared/report/compose.ts';
import { reportFileText, type Report } from '#shared/report/report-schema.ts';
import { SEAL_TYPE, sealClaims } from '#shared/report/seal.ts';
import {
  DAY,
  issueCertificate,
  issueKeySet,
  issueStatusList,
  makeEndpoint,
  makeGateway,
  makeKey,
  NOW,
  signJws,
  type CertificateChanges,
  type TestGateway,
  type TestKey,
} from '#test/shared/registration/issue.ts';

export const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
export const REPORT_ID = '3f2f6c0e-1d53-4a39-8c1c-5a3f0d2c9c5b';

/** A registrant's device, the gateway that registered it, and what came of it. */
export interface ReportScene {
  readonly gateway: TestGateway;
  readonly device: TestKey;
}

export function makeReportScene(): ReportScene {
  return { gateway: makeGateway(), device: makeKey() };
}

/** A certificate with its claims, as an archive knows it. */
export function certificateOf({ gateway, device }: ReportScene, changes: CertificateChanges = {}) {
  const text = issueCertificate(gateway, device, [makeEndpoint()], { sub: ID, ...changes });
  const payload = Buffer.from(text.split('.')[1] ?? '', 'base64url').toString();
  return { text, claims: certificateSchema.parse(JSON.parse(payload)) };
}

export function registrationOf(
  scene: ReportScene,
  changes: Partial<KnownRegistration> = {},
): KnownRegistration {
  return {
    registration: ID,
    gateway: scene.gateway.origin,
    label: 'office',
    profile: 'pk-pta@1',
    route: 'A',
    category: 'company',
    endpoints: [],
    details: [{ name: 'cnic', value: '•••••-••••567-1', masked: true }],
    states: [
      { state: 'submitted', at: NOW - 12 * DAY },
      { state: 'attested', at: NOW - 10 * DAY },
    ],
    certificates: [certificateOf(scene)],
    ...changes,
  };
}

/** Everything there is to report on, of one gateway. */
export function sourcesOf(scene: ReportScene, changes: Partial<ReportSources> = {}): ReportSources {
  const { gateway } = scene;
  return {
    registrations: [registrationOf(scene)],
    anchors: [gateway.anchor],
    keySets: [{ of: gateway.origin, issuedAt: NOW - DAY, text: issueKeySet(gateway) }],
    statusLists: [
      {
        of: listName(gateway.origin, gateway.statusListUri),
        issuedAt: NOW - 60,
        text: issueStatusList(gateway),
      },
    ],
    ...changes,
  };
}

export function reportOf(sources: ReportSources, asOf = NOW): Report {
  const made = { id: REPORT_ID, madeAt: NOW + 60, madeBy: 'test 1' };
  return composeReport(sources, { ...made, asOf, subject: 'Example Ltd' });
}

/** The file as the device seals it; with null nobody does. */
export function fileOf(report: Report, device: TestKey | null): string {
  if (device === null) return reportFileText({ report, seal: null });
  const header = { alg: 'Ed25519', typ: SEAL_TYPE, jwk: device.publicJwk };
  return reportFileText({ report, seal: signJws(header, sealClaims(report, nodePrimitives), device) });
}
