import * as z from 'zod';
import type { Problem } from '../contract/problem.ts';
import { SanadError } from '../contract/problem.ts';
import type { Assurance } from './assurance.ts';
import { assuranceSchema } from './assurance.ts';
import { parseStrictJson } from './strict-json.ts';

const HOUR = 3600;

/**
 * What a policy file may say; every key is optional there. Each key's stricter direction stands beside it, and
 * `stricter` below follows it.
 */
export const policySchema = z.strictObject({
  /** Which assurances open the gate. Stricter: fewer. */
  accepted_assurances: z.array(assuranceSchema).min(1).max(4),
  /** How long a status list counts from its iat (never past its exp). Stricter: shorter. */
  status_grace_seconds: z
    .int()
    .min(HOUR)
    .max(7 * 24 * HOUR),
  /** How far in the future a signed nbf or iat may be. Stricter: less. */
  clock_tolerance_seconds: z.int().min(0).max(900),
  /** Whether a user may go on without a tunnel when it is gone. Stricter: false. */
  continue_without_tunnel: z.boolean(),
});

/**
 * What only a file may say: an addition to what the files before it accept, and when an administrator made it. A whole
 * list instead would hold on to what a file before it has taken away since.
 */
export const policyFileOnlySchema = z.strictObject({
  /** Open the gate besides. A later file's `accepted_assurances` takes them away again. */
  also_accepted_assurances: z.array(z.enum(['provisional', 'declared'])).max(2),
  /** Acts of administrators, oldest first. For people: nothing follows from them. */
  recorded_acts: z
    .array(
      z.strictObject({
        at: z.iso.datetime(),
        act: z.enum(['accept', 'refuse']),
        assurance: z.enum(['provisional', 'declared']),
      }),
    )
    .max(200),
});
const policyFileSchema = policySchema.partial().extend(policyFileOnlySchema.partial().shape);

export type Policy = Readonly<z.infer<typeof policySchema>>;
export type PolicyKey = keyof Policy;
/** The keys that one file sets. */
export type PolicyFile = Readonly<z.infer<typeof policyFileSchema>>;
export type PolicyFileKey = keyof PolicyFile;
/** What an administrator may have opened the gate besides what is built in. */
export type AcceptableAssurance = z.infer<typeof policyFileOnlySchema>['also_accepted_assurances'][number];
export type RecordedAct = z.infer<typeof policyFileOnlySchema>['recorded_acts'][number];

/** In force where nothing else is said. */
export const builtInPolicy: Policy = {
  accepted_assurances: ['attested', 'exempt'],
  status_grace_seconds: 72 * HOUR,
  clock_tolerance_seconds: 300,
  continue_without_tunnel: true,
};

/** In force where a policy is there but cannot be read, and no good one is remembered. */
export const strictestPolicy: Policy = {
  accepted_assurances: ['attested'],
  status_grace_seconds: HOUR,
  clock_tolerance_seconds: 60,
  continue_without_tunnel: false,
};

const invalid: Omit<Problem, 'reason'> = {
  kind: 'usage',
  code: 'policy_invalid',
  nextAction: 'Correct the policy file; until then the last good policy, or else the strictest, is in force.',
};

/** Reads a policy file. It is refused whole (SanadError, `policy_invalid`) if any of it is wrong. */
export function parsePolicy(text: string): PolicyFile {
  const parsed = policyFileSchema.safeParse(parseJson(text));
  if (!parsed.success) throw policyInvalid(z.prettifyError(parsed.error), parsed.error);
  return parsed.data;
}

/** The administrator's files in lexical order: each says over the ones before it. */
export function override(policy: Policy, file: PolicyFile): Policy {
  return {
    accepted_assurances: [
      ...new Set([
        ...(file.accepted_assurances ?? policy.accepted_assurances),
        ...(file.also_accepted_assurances ?? []),
      ]),
    ],
    status_grace_seconds: file.status_grace_seconds ?? policy.status_grace_seconds,
    clock_tolerance_seconds: file.clock_tolerance_seconds ?? policy.clock_tolerance_seconds,
    continue_without_tunnel: file.continue_without_tunnel ?? policy.continue_without_tunnel,
  };
}

/** A user's wishes: each key counts only as far as it is stricter. */
export function tighten(policy: Policy, wish: PolicyFile): Policy {
  const wished = override(policy, wish);
  return {
    accepted_assurances: commonAssurances(policy, wished),
    status_grace_seconds: Math.min(policy.status_grace_seconds, wished.status_grace_seconds),
    clock_tolerance_seconds: Math.min(policy.clock_tolerance_seconds, wished.clock_tolerance_seconds),
    continue_without_tunnel: policy.continue_without_tunnel && wished.continue_without_tunnel,
  };
}

/** May come out empty: a user who accepts only what the administrator does not accepts nothing. */
function commonAssurances(policy: Policy, wished: Policy): Assurance[] {
  return policy.accepted_assurances.filter((assurance) => wished.accepted_assurances.includes(assurance));
}

function parseJson(text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (error) {
    throw policyInvalid('it is not JSON with each member once', error);
  }
}

function policyInvalid(detail: string, cause: unknown): SanadError {
  return new SanadError({ ...invalid, reason: `A policy file is not valid: ${detail}.` }, { cause });
}
