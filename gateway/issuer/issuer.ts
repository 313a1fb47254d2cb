import { createHash, randomInt, randomUUID } from 'node:crypto';
import type { Attestation } from '#shared/contract/gateway-contract.ts';
import {
  CERTIFICATE_TYPE,
  certificateSchema,
  MAX_CERTIFICATE_BYTES,
  type CertificateClaims,
} from '#shared/registration/certificate.ts';
import type { SigningKey } from '../key/key-file.ts';
import { signJws } from '../key/sign-jws.ts';
import type { IssuerConfiguration } from './configuration.ts';
import type { StatusListSigner } from './status-list-signer.ts';
import { issuerError } from './problem.ts';
import type { IssuerAnswer, IssuerParameters } from './protocol.ts';
import { verifyStatement, type VerifiedStatement } from './statement.ts';
import type { IssuedCertificate, IssuerStore } from './store.ts';

/** How far a reviewer's clock may be ahead of the issuer's. */
const CLOCK_TOLERANCE_SECONDS = 300;
/**
 * How old a statement may be when the issuer first hears of it. An attestation that was lost, refused or kept back
 * is worth nothing afterwards, whoever has it.
 */
const FRESH_SECONDS = 600;

export interface IssuerParts {
  readonly configuration: IssuerConfiguration;
  readonly certificateKey: SigningKey;
  readonly store: IssuerStore;
  readonly statusList: StatusListSigner;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** An attestation that says everything a certificate has to repeat. */
type CompleteAttestation = Attestation & {
  readonly [Claim in 'endpoints' | 'devices' | 'decision' | 'assurance']: NonNullable<Attestation[Claim]>;
};

/** What the issuer does, and all it does. */
export class Issuer {
  readonly #parts: IssuerParts;

  constructor(parts: IssuerParts) {
    this.#parts = parts;
  }

  async attest(request: IssuerParameters<'attest'>): Promise<IssuerAnswer<'attest'>> {
    const { claims } = await this.#verify(request.statement, ['attest']);
    this.#completeFrom(claims);
    const { store, now } = this.#parts;
    if (claims.iat < now() - FRESH_SECONDS) throw issuerError('statement_stale');
    if (store.isRevoked(claims.sub)) throw issuerError('registration_revoked');
    const statementDigest = digestOf(request.statement);
    const noted = { registration: claims.sub, statementDigest, signedAt: claims.iat };
    if (!store.noteAttestation(noted)) throw issuerError('statement_superseded');
    return {};
  }

  async issueCertificate(
    request: IssuerParameters<'issueCertificate'>,
  ): Promise<IssuerAnswer<'issueCertificate'>> {
    const { claims } = await this.#verify(request.statement, ['attest']);
    const attestation = this.#completeFrom(claims);
    if (!attestation.devices.includes(request.device)) throw issuerError('device_not_attested');
    const statementDigest = digestOf(request.statement);
    this.#requireNoted(attestation.sub, statementDigest);
    const given = this.#youngOne(attestation.sub, request.device, statementDigest);
    const issued = given ?? this.#lifetimeOf(attestation, request.device, statementDigest);
    // Reserved before it is signed: a revocation from here on finds it, and no crash gives its index twice.
    const index = given?.index ?? this.#reserve(issued);
    const certificate = await this.#sign(attestation, issued, index);
    return { certificate, jti: issued.jti, index, issuedAt: issued.issuedAt, expiresAt: issued.expiresAt };
  }

  async revoke(request: IssuerParameters<'revoke'>): Promise<IssuerAnswer<'revoke'>> {
    const { claims } = await this.#verify(request.statement, ['revoke', 'reject']);
    const { store, now } = this.#parts;
    return { revoked: store.revoke({ registration: claims.sub, statement: request.statement, at: now() }) };
  }

  statusList(): Promise<IssuerAnswer<'statusList'>> {
    return this.#parts.statusList.current();
  }

  async #verify(statement: string, actions: readonly Attestation['action'][]): Promise<VerifiedStatement> {
    const { configuration, now } = this.#parts;
    const reviewers = configuration.reviewers.map(({ key }) => key);
    const verified = await verifyStatement({ statement, reviewers, origin: configuration.origin });
    if (!actions.includes(verified.claims.action)) throw issuerError('statement_action_differs');
    if (verified.claims.iat > now() + CLOCK_TOLERANCE_SECONDS) {
      throw issuerError('statement_malformed', { detail: 'signed in the future' });
    }
    return verified;
  }

  #completeFrom(claims: Attestation): CompleteAttestation {
    const { endpoints, devices, decision, assurance } = claims;
    if (
      endpoints === undefined ||
      devices === undefined ||
      decision === undefined ||
      assurance === undefined
    ) {
      throw issuerError('statement_incomplete');
    }
    if (!this.#parts.configuration.assurances.includes(assurance)) throw issuerError('assurance_not_offered');
    return { ...claims, endpoints, devices, decision, assurance };
  }

  #requireNoted(registration: string, statementDigest: string): void {
    const { store } = this.#parts;
    if (store.isRevoked(registration)) throw issuerError('registration_revoked');
    const noted = store.notedAttestation(registration);
    if (noted !== statementDigest) throw issuerError('attestation_not_noted');
  }

  /**
   * The same certificate until half its life has passed: whoever asks in a loop would else use up the indices of
   * the status list for everybody, for good.
   */
  #youngOne(
    registration: string,
    device: string,
    statementDigest: string,
  ): (IssuedCertificate & { readonly index: number }) | undefined {
    const { store, now } = this.#parts;
    const last = store.lastCertificate({ registration, device, statementDigest });
    // A clock that was wrong and is right again: one of tomorrow opens nothing today.
    if (last === undefined || last.issuedAt > now()) return undefined;
    return now() < (last.issuedAt + last.expiresAt) / 2 ? last : undefined;
  }

  #lifetimeOf(
    { sub, decision }: CompleteAttestation,
    device: string,
    statementDigest: string,
  ): IssuedCertificate {
    const issuedAt = this.#parts.now();
    const wanted = issuedAt + this.#parts.configuration.certificate_seconds;
    const expiresAt = Math.min(wanted, decision.valid_until ?? wanted);
    if (expiresAt <= issuedAt) throw issuerError('decision_lapsed');
    return { jti: randomUUID(), registration: sub, device, statementDigest, issuedAt, expiresAt };
  }

  #reserve(issued: IssuedCertificate): number {
    const { store } = this.#parts;
    const index = store.reserve(issued, (below) => randomInt(below));
    if (index === undefined) throw issuerError('status_indices_exhausted');
    return index;
  }

  async #sign(attestation: CompleteAttestation, issued: IssuedCertificate, index: number): Promise<string> {
    const { configuration, certificateKey } = this.#parts;
    const claims: CertificateClaims = {
      ver: 1,
      iss: configuration.origin,
      sub: issued.registration,
      jti: issued.jti,
      iat: issued.issuedAt,
      nbf: issued.issuedAt,
      exp: issued.expiresAt,
      cnf: { jkt: issued.device },
      endpoints: attestation.endpoints,
      decision: attestation.decision,
      assurance: attestation.assurance,
      status: { status_list: { idx: index, uri: configuration.status_list_uri } },
    };
    // What the gate would refuse is not signed: the schema is the gate's own.
    const parsed = certificateSchema.safeParse(claims);
    if (!parsed.success) {
      const detail = parsed.error.issues[0]?.path.join('.');
      throw issuerError('certificate_not_issuable', detail === undefined ? {} : { detail });
    }
    const text = await signJws({ typ: CERTIFICATE_TYPE, claims: parsed.data, key: certificateKey });
    if (text.length > MAX_CERTIFICATE_BYTES)
      throw issuerError('certificate_not_issuable', { detail: 'too large' });
    return text;
  }
}

function digestOf(statement: string): string {
  return createHash('sha256').update(statement).digest('hex');
}
