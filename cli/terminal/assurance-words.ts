import type { Candidate } from '#client/registration/read-certificate.ts';
import type { Assurance } from '#shared/registration/assurance.ts';
import { day } from './words.ts';

/** Whose word a registration is, as people read it (docs/glossary.md). `by`: the gateway, by name or origin. */
export function assuranceWords(assurance: Assurance, by: string): string {
  switch (assurance) {
    case 'attested':
      return `confirmed by ${by}`;
    case 'exempt':
      return `given by the licensed provider ${by}`;
    case 'provisional':
      return `not decided yet, let by ${by} meanwhile`;
    case 'declared':
      return 'stated by you, confirmed by nobody';
    default:
      return assurance satisfies never;
  }
}

/** The same of what a person has for a tunnel, with its end. */
export function candidateWords(candidate: Candidate, now: number): string {
  const { exp } = candidate.claims;
  const words = assuranceWords(candidate.claims.assurance, gatewayOf(candidate) ?? '');
  return now < exp ? `${words}, until ${day(exp)}` : `${words}; ended on ${day(exp)}`;
}

export function gatewayOf(candidate: Candidate): string | null {
  return candidate.kind === 'certificate' ? candidate.registration.gateway : null;
}

/** For programs. */
export function candidateJson(candidate: Candidate | undefined): object | null {
  if (candidate === undefined) return null;
  const { sub, assurance, exp } = candidate.claims;
  return { id: sub, assurance, confirmedBy: gatewayOf(candidate), expiresAt: exp };
}
