import * as z from 'zod';
import { epochSeconds } from '../contract/gateway-contract.ts';
import { openPayload, readCompactJws, type JwsRules } from '../registration/compact-jws.ts';
import type { Primitives } from '../registration/primitives.ts';
import { RefusedError } from '../registration/refusal.ts';
import { hashText, publicKeyBytes, thumbprint } from '../registration/thumbprint.ts';
import { reportText, type Report, type ReportFile } from './report-schema.ts';

export const SEAL_TYPE = 'sanad-report-seal+jwt';

/** What the device signs: this report, to the byte. */
export const sealSchema = z.strictObject({
  ver: z.literal(1),
  iat: epochSeconds,
  /** The report's identifier. */
  report: z.uuid(),
  /** base64url of the SHA-256 of `reportText`. */
  sha256: z.string().length(43),
});

/** A reader sees that a seal does not hold, never one of these. */
const rules = {
  typ: SEAL_TYPE,
  key: 'jwk',
  maxBytes: 2048,
  codes: {
    tooLarge: 'proof_malformed',
    malformed: 'proof_malformed',
    algorithm: 'proof_malformed',
    type: 'proof_malformed',
    header: 'proof_malformed',
    signature: 'proof_signature_invalid',
  },
} as const satisfies JwsRules;

/** The claims that a device signs, to seal a report. */
export function sealClaims(report: Report, primitives: Primitives): z.infer<typeof sealSchema> {
  return {
    ver: 1,
    iat: report.made_at,
    report: report.id,
    sha256: hashText(reportText(report), primitives),
  };
}

export type Seal =
  | { readonly kind: 'none' }
  | { readonly kind: 'broken' }
  | { readonly kind: 'holds'; readonly device: string };

/** Whether the report is as somebody's key sealed it. Whose key that is, certificates say. */
export function checkSeal({ report, seal }: ReportFile, primitives: Primitives): Seal {
  if (seal === null) return { kind: 'none' };
  try {
    const jws = readCompactJws(seal, rules);
    const publicKey = publicKeyBytes(jws.key);
    if (publicKey === undefined) return { kind: 'broken' };
    const claims = sealSchema.safeParse(openPayload(jws, publicKey, primitives)).data;
    const expected = sealClaims(report, primitives);
    const isThis = claims?.report === expected.report && claims.sha256 === expected.sha256;
    return isThis ? { kind: 'holds', device: thumbprint(jws.key, primitives) } : { kind: 'broken' };
  } catch (cause) {
    if (cause instanceof RefusedError) return { kind: 'broken' };
    throw cause;
  }
}
