import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { DecisionClaim } from '#shared/contract/gateway-contract.ts';
import type { Problem } from '#shared/contract/problem.ts';
import { SanadError } from '#shared/contract/problem.ts';
import {
  DECLARATION_TYPE,
  declarationIssuer,
  declarationSchema,
  MAX_DECLARATION_BYTES,
  MAX_DECLARATION_LIFETIME_SECONDS,
  type DeclarationClaims,
} from '#shared/registration/declaration.ts';
import { withDaemon, type ClientContext } from '../client-context.ts';
import { deviceKeyOrNew } from '../device/device-key.ts';
import { signCompact } from '../device/sign-compact.ts';
import type { StoredTunnel } from '../tunnel/stored-tunnel.ts';
import { DeclarationStore } from './declaration-store.ts';
import { handOverDeclaration } from './hand-over.ts';
import { covers, endpointClaimsOf, endpointsOf, readDeclaration } from './read-certificate.ts';
import { registrationError } from './registration-problem.ts';
import type { DeclarationSecrets, StoredDeclaration } from './stored-declaration.ts';

export interface Statement {
  readonly tunnel: StoredTunnel;
  readonly decision: DecisionClaim;
  /** What the authority calls it. Goes into the keychain; the declaration only commits to it. */
  readonly reference?: string | undefined;
  /** base64url of the SHA-256 of the file that shows the decision. The declaration commits to it. */
  readonly evidenceSha256?: string | undefined;
  /** The words that were shown, in whichever language, and agreed to: `statementOf` has them in English. */
  readonly text: string;
}

export interface Declared {
  readonly declaration: StoredDeclaration;
  readonly claims: DeclarationClaims;
  /** Why the service does not let a tunnel up with it, or could not be asked; null: it does. */
  readonly refusal: Problem | null;
  /** The tunnel that runs on it now, having run on the one before; null: none does. */
  readonly handedTo: string | null;
}

/**
 * States a decision: signed by this computer's key, kept in the place of what was stated for this tunnel before. Asks
 * nobody but the service of this machine, and sends nothing anywhere.
 */
export async function declare(context: ClientContext, statement: Statement): Promise<Declared> {
  const store = new DeclarationStore(context.configDirectory);
  return await store.exclusively(async () => {
    const before = await ownBefore(store, statement.tunnel);
    const { commitments, secrets } = commit(statement);
    return await state(context, { ...statement, before, commitments, secrets });
  });
}

/** States the same once more, for another 90 days: a person's act as the first was, never done by itself. */
export async function declareAgain(
  context: ClientContext,
  { tunnel, text }: Pick<Statement, 'tunnel' | 'text'>,
): Promise<Declared> {
  const store = new DeclarationStore(context.configDirectory);
  return await store.exclusively(async () => {
    const before = await ownBefore(store, tunnel);
    const claims = before === undefined ? undefined : readDeclaration(before.declaration);
    if (before === undefined || claims === undefined) throw registrationError('declaration_unknown_here');
    // The same facts about other servers would be another statement.
    if (!covers(claims.endpoints, tunnel)) throw registrationError('declaration_other_servers');
    const { decision, commitments } = claims;
    return await state(context, { tunnel, text, decision, before, commitments, secrets: undefined });
  });
}

/** Takes a statement back: from now on nothing of it is on this computer. What runs on it runs until it ends. */
export async function takeBackDeclaration(
  context: ClientContext,
  declaration: StoredDeclaration,
): Promise<void> {
  const store = new DeclarationStore(context.configDirectory);
  await store.exclusively(() => store.remove(declaration, context.keychain));
}

async function ownBefore(
  store: DeclarationStore,
  { name }: StoredTunnel,
): Promise<StoredDeclaration | undefined> {
  return (await store.all()).find(({ tunnel }) => tunnel === name);
}

interface Stating {
  readonly tunnel: StoredTunnel;
  readonly text: string;
  readonly decision: DecisionClaim;
  readonly before: StoredDeclaration | undefined;
  readonly commitments: DeclarationClaims['commitments'];
  /** undefined: what is in the keychain still opens the commitments. */
  readonly secrets: DeclarationSecrets | undefined;
}

async function state(context: ClientContext, stating: Stating): Promise<Declared> {
  const { tunnel, before, text, secrets } = stating;
  const now = context.now();
  requireTimely(stating.decision, now);
  const key = await deviceKeyOrNew(context);
  const id = before?.id ?? randomUUID();
  const claims = claimsOf(stating, { id, jkt: key.keyId, now });
  const signed = signCompact(key, { typ: DECLARATION_TYPE, claims });
  if (signed.length > MAX_DECLARATION_BYTES) throw registrationError('declaration_too_long');
  const declaration: StoredDeclaration = {
    version: 1,
    id,
    tunnel: tunnel.name,
    device: key.keyId,
    declaration: signed,
    statement: { text, agreed_at: now },
  };
  const { keychain, configDirectory } = context;
  await new DeclarationStore(configDirectory).save(declaration, { keychain, secrets });
  return { declaration, claims, ...(await ask(context, tunnel, declaration)) };
}

function requireTimely({ decided_at, valid_until }: DecisionClaim, now: number): void {
  if (decided_at > now) throw registrationError('decision_in_future');
  if (valid_until !== undefined && valid_until <= now) throw registrationError('decision_over');
}

function claimsOf(
  { tunnel, decision, commitments }: Stating,
  { id, jkt, now }: { readonly id: string; readonly jkt: string; readonly now: number },
): DeclarationClaims {
  const exp = Math.min(now + MAX_DECLARATION_LIFETIME_SECONDS, decision.valid_until ?? Infinity);
  return declarationSchema.parse({
    ver: 1,
    iss: declarationIssuer(jkt),
    sub: id,
    jti: randomBytes(16).toString('base64url'),
    iat: now,
    nbf: now,
    exp,
    cnf: { jkt },
    endpoints: endpointClaimsOf(tunnel),
    decision,
    assurance: 'declared',
    ...(commitments === undefined ? {} : { commitments }),
  });
}

/** The keychain is written even where there is nothing to hide: what opened an earlier statement goes with it. */
function commit({ reference, evidenceSha256 }: Statement): {
  readonly commitments: DeclarationClaims['commitments'];
  readonly secrets: DeclarationSecrets;
} {
  const named = reference?.trim() === '' ? undefined : reference?.trim();
  const secrets: DeclarationSecrets = {
    version: 1,
    ...(named === undefined ? {} : { reference: { text: named, random: drawRandom() } }),
    ...(evidenceSha256 === undefined ? {} : { evidence: { sha256: evidenceSha256, random: drawRandom() } }),
  };
  const commitments = {
    ...(secrets.reference && {
      reference: hashed(secrets.reference.random, Buffer.from(secrets.reference.text)),
    }),
    ...(secrets.evidence && {
      evidence: hashed(secrets.evidence.random, Buffer.from(secrets.evidence.sha256, 'base64url')),
    }),
  };
  return { commitments: Object.keys(commitments).length === 0 ? undefined : commitments, secrets };
}

function drawRandom(): string {
  return randomBytes(32).toString('base64url');
}

/** docs/protocol.md, "Declaration": over 32 random bytes and what they hide. */
function hashed(random: string, hidden: Uint8Array): string {
  return createHash('sha256').update(Buffer.from(random, 'base64url')).update(hidden).digest('base64url');
}

async function ask(
  context: ClientContext,
  tunnel: StoredTunnel,
  declaration: StoredDeclaration,
): Promise<Pick<Declared, 'refusal' | 'handedTo'>> {
  try {
    return await withDaemon(context, async (daemon) => {
      const asked = { endpoints: endpointsOf(tunnel), certificate: declaration.declaration };
      const { refusal } = await daemon.request('checkRegistration', asked);
      if (refusal !== null) return { refusal, handedTo: null };
      return { refusal, handedTo: await handOverDeclaration(context, daemon, { tunnel, declaration }) };
    });
  } catch (cause) {
    if (cause instanceof SanadError) return { refusal: cause.problem, handedTo: null };
    throw cause;
  }
}
