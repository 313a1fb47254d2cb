import { createHash, randomUUID } from 'node:crypto';
import { SanadError } from '#shared/contract/problem.ts';
import { composeReport, type ReportSources } from '#shared/report/compose.ts';
import { reportFileText, type Report, type ReportFile } from '#shared/report/report-schema.ts';
import { SEAL_TYPE, sealClaims } from '#shared/report/seal.ts';
import type { ReportVerdict } from '#shared/report/verdict.ts';
import { verifyReport } from '#shared/report/verify-report.ts';
import { readAnchors } from '../anchor/read-anchors.ts';
import { DeclarationArchive } from '../archive/declaration-archive.ts';
import { fetchProof, keepDeclaration, keepRegistration } from '../archive/keep.ts';
import { ProofArchive } from '../archive/proof-archive.ts';
import { RegistrationArchive } from '../archive/registration-archive.ts';
import type { ClientContext } from '../client-context.ts';
import { deviceKey } from '../device/device-key.ts';
import { signCompact } from '../device/sign-compact.ts';
import { nodePrimitives } from '../node-primitives.ts';
import { allRegistered } from '../registration/registered.ts';

export interface ReportWish {
  /** Seconds since the epoch; undefined: now, with the gateways asked for their newest word first. */
  readonly asOf: number | undefined;
  /** Who is reported on, in their own words. */
  readonly subject: string | null;
}

export interface MadeReport {
  /** The data file's content. */
  readonly text: string;
  /** Of the content, in hex. */
  readonly sha256: string;
  /** What somebody finds who knows the gateways that this machine has joined. */
  readonly verdict: ReportVerdict;
}

/** Makes a report, sealed with this computer's key. Nothing leaves the computer but, for one of now, the public questions. */
export async function makeReport(context: ClientContext, wish: ReportWish): Promise<MadeReport> {
  const anchors = await readAnchors(context.anchors);
  const sources = await sourcesFor(context, { anchors, isNow: wish.asOf === undefined });
  const madeAt = context.now();
  const report = composeReport(sources, {
    id: randomUUID(),
    madeAt,
    madeBy: context.program,
    asOf: wish.asOf ?? madeAt,
    subject: wish.subject,
  });
  const text = reportFileText({ report, seal: await sealOf(context, report) });
  const known = { anchors, fingerprints: [] };
  return { text, sha256: sha256Of(text), verdict: verifyReport(text, { known, primitives: nodePrimitives }) };
}

/** In hex. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function sourcesFor(
  context: ClientContext,
  { anchors, isNow }: { readonly anchors: ReportSources['anchors']; readonly isNow: boolean },
): Promise<ReportSources> {
  const { configDirectory } = context;
  const { registrations: stored, declarations: stated } = await allRegistered(configDirectory);
  // Those of a time before there was an archive.
  for (const one of stored) await keepRegistration(configDirectory, one);
  for (const one of stated) await keepDeclaration(configDirectory, one);
  const origins = new Set(
    stored.filter(({ certificate }) => certificate !== null).map(({ origin }) => origin),
  );
  if (isNow) {
    const asked = anchors.filter(({ origin }) => origins.has(origin));
    await Promise.all(asked.map((anchor) => fetchProof(context, anchor)));
  }
  const proof = new ProofArchive(configDirectory);
  const [registrations, declarations, keySets, statusLists] = await Promise.all([
    new RegistrationArchive(configDirectory).all(),
    new DeclarationArchive(configDirectory).all(),
    proof.keySets(),
    proof.statusLists(),
  ]);
  return { registrations, declarations, anchors, keySets, statusLists };
}

/** A keychain without the key is told by the report; one that is locked or away is an error, never "no key". */
async function sealOf(context: ClientContext, report: Report): Promise<ReportFile['seal']> {
  try {
    const claims = sealClaims(report, nodePrimitives);
    return signCompact(await deviceKey(context), { typ: SEAL_TYPE, claims });
  } catch (cause) {
    if (cause instanceof SanadError && cause.problem.code === 'device_key_missing') return null;
    throw cause;
  }
}
