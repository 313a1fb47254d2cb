import type {
  Attestation,
  CaseView,
  DecisionClaim,
  RegistrationSummary,
  RegistrationView,
  ReviewerAction,
} from '#shared/contract/gateway-contract.ts';
import { isOrigin } from '#shared/registration/origin.ts';
import { STATEMENT_TYPE } from '../issuer/statement.ts';
import { readKeyFile } from '../key/key-file.ts';
import { signJws } from '../key/sign-jws.ts';
import { contentCode } from './content-code.ts';
import { missingDocumentLines } from './print-case.ts';
import { commandError } from './problem.ts';
import { readNamedFile } from './read-file.ts';
import { askGateway, type ReviewerAccess } from './reviewer-client.ts';

/** Options of every `case` command. */
export interface AccessOptions {
  readonly origin: string;
  /** The reviewer's key file. */
  readonly key: string;
  readonly tlsCa?: string;
}

export interface AttestOptions extends AccessOptions {
  readonly authority: string;
  /** The case as it was reviewed (`contentCode`). */
  readonly content?: string;
  /** The registrant's, where the reviewer does not say otherwise. */
  readonly profile?: string;
  readonly route?: string;
  readonly category?: string;
  readonly decidedAt?: string;
  readonly validUntil?: string;
}

export async function listCases(options: AccessOptions): Promise<readonly RegistrationSummary[]> {
  return (await askGateway(accessOf(options), 'caseList')).cases;
}

export async function showCase(options: AccessOptions, id: string): Promise<CaseView> {
  return await show(accessOf(options), id);
}

async function show(access: ReviewerAccess, id: string): Promise<CaseView> {
  const shown = await askGateway(access, 'caseShow', { id });
  if (shown.id !== id) throw commandError('gateway_answer_malformed', { detail: 'another case' });
  return shown;
}

/** States to have seen the authority's decision, or its renewal, over exactly what the case contains now. */
export async function attestCase(
  options: AttestOptions,
  act: { readonly id: string; readonly action: 'attest' | 'renew' },
): Promise<{ readonly registration: RegistrationView; readonly warnings: readonly string[] }> {
  const access = accessOf(options);
  const shown = await show(access, act.id);
  if (options.content !== undefined && options.content !== contentCode(shown)) {
    throw commandError('case_differs');
  }
  const { endpoints, devices, amends } = shown;
  const registration = await decide(access, act.id, {
    ...{ action: act.action, endpoints, devices, assurance: 'attested' },
    decision: decisionOf(options, shown),
    ...(amends === null ? {} : { amends }),
  });
  return { registration, warnings: missingDocumentLines(shown) };
}

function decisionOf(options: AttestOptions, shown: CaseView): DecisionClaim {
  return {
    authority: options.authority,
    profile: options.profile ?? shown.profile,
    route: options.route ?? shown.route,
    category: options.category ?? shown.category,
    decided_at:
      options.decidedAt === undefined ? nowSeconds() : dateSeconds('--decided-at', options.decidedAt),
    ...(options.validUntil === undefined
      ? {}
      : { valid_until: dateSeconds('--valid-until', options.validUntil) }),
  };
}

/** Everything else that a reviewer does, with why. */
export async function actOnCase(
  options: AccessOptions,
  act: {
    readonly id: string;
    readonly action: Exclude<ReviewerAction, 'attest' | 'renew'>;
    readonly note: string | undefined;
  },
): Promise<RegistrationView> {
  const { id, action, note } = act;
  return await decide(accessOf(options), id, { action, ...(note === undefined ? {} : { note }) });
}

async function decide(
  access: ReviewerAccess,
  id: string,
  act: Omit<Attestation, 'ver' | 'iss' | 'sub' | 'iat'>,
): Promise<RegistrationView> {
  const claims: Attestation = { ver: 1, iss: access.origin, sub: id, iat: nowSeconds(), ...act };
  const statement = await signJws({ typ: STATEMENT_TYPE, claims, key: access.key });
  const decided = await askGateway(access, 'caseDecide', { id, body: { statement } });
  if (decided.id !== id) throw commandError('gateway_answer_malformed', { detail: 'another case' });
  return decided;
}

export function accessOf(options: AccessOptions): ReviewerAccess {
  if (!isOrigin(options.origin)) throw commandError('origin_malformed', { detail: options.origin });
  return {
    origin: options.origin,
    key: readKeyFile(options.key),
    ...(options.tlsCa === undefined ? {} : { tlsCa: readNamedFile(options.tlsCa) }),
  };
}

/** A day as authorities write it, taken at its start in UTC. */
function dateSeconds(option: string, text: string): number {
  const milliseconds = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw commandError('option_malformed', { detail: `${option} YYYY-MM-DD` });
  return milliseconds / 1000;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
