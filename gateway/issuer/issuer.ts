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
import type { CheckpointSigner } from './checkpoint-signer.ts';
import type { IssuerConfiguration } from './configuration.ts';
import type { StatusListSigner } from './status-list-signer.ts';
import { issuerError } from './problem.ts';
import type { IssuerAnswer, IssuerParameters } from './protocol.ts';
import { verifyStatement, type VerifiedStatement } from './statement.ts';
import { verifyWithdrawal } from './withdrawal.ts';
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
  readonly checkpoints: CheckpointSigner;
  /** Where a copy of its database is left. */
  readonly backupFile: string;
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
    const { claims } = await this.#verify(request.statement, ['attest', 'renew']);
    const { devices, amends } = this.#completeFrom(claims);
    this.#requireFresh(claims.iat);
    this.#requireStanding(claims.sub);
    if (amends !== undefined) this.#requireRelated(claims.sub, amends, devices);
    const noted = {
      registration: claims.sub,
      statementDigest: digestOf(request.statement),
      signedAt: claims.iat,
      devices,
      amends,
    };
    if (!this.#parts.store.noteAttestation(noted)) throw issuerError('statement_superseded');
    return {};
  }

  async issueCertificate(
    request: IssuerParameters<'issueCertificate'>,
  ): Promise<IssuerAnswer<'issueCertificate'>> {
    const { claims } = await this.#verify(request.statement, ['attest', 'renew']);
    const attestation = this.#completeFrom(claims);
    if (!attestation.devices.includes(request.device)) throw issuerError('device_not_attested');
    const statementDigest = digestOf(request.statement);
    this.#requireStanding(attestation.sub);
    this.#requireNoted(attestation.sub, statementDigest);
    const given = this.#youngOne(attestation.sub, request.device, statementDigest);
    const issued = given ?? this.#lifetimeOf(attestation, request.device, statementDigest);
    // Reserved before it is signed: a revocation from here on finds it, and no crash gives its index twice.
    const index = given?.index ?? this.#reserve(issued);
    const { amends, sub } = attestation;
    const { store, now } = this.#parts;
    // Before the certificate is out: there is no moment in which both would count.
    if (amends !== undefined) store.takeOver({ amends, by: sub, device: request.device, at: now() });
    const certificate = await this.#sign(attestation, issued, index);
    return { certificate, jti: issued.jti, index, issuedAt: issued.issuedAt, expiresAt: issued.expiresAt };
  }

  async revoke(request: IssuerParameters<'revoke'>): Promise<IssuerAnswer<'revoke'>> {
    const { claims } = await this.#verify(request.statement, ['revoke', 'reject']);
    const { store, now } = this.#parts;
    return { revoked: store.revoke({ registration: claims.sub, statement: request.statement, at: now() }) };
  }

  async suspend(request: IssuerParameters<'suspend'>): Promise<IssuerAnswer<'suspend'>> {
    const { statement } = request;
    const { claims } = await this.#verify(statement, ['suspend', 'reinstate']);
    this.#requireFresh(claims.iat);
    const { store } = this.#parts;
    if (store.standing.isRevoked(claims.sub)) throw issuerError('registration_revoked');
    const isSuspended = claims.action === 'suspend';
    // Noted on what is over it would hold nobody, and the reviewer would believe that it does: refused, whoever asks learns
    // that another registration counts. A front end that kept an amendment's certificate back may not know it yet.
    if (isSuspended && store.standing.isEnded(claims.sub)) throw issuerError('registration_ended');
    const changed = store.suspend({
      ...{ registration: claims.sub, isSuspended, statement, signedAt: claims.iat },
    });
    if (changed === undefined) throw issuerError('statement_superseded');
    return { changed };
  }

  async withdraw(request: IssuerParameters<'withdraw'>): Promise<IssuerAnswer<'withdraw'>> {
    const { withdrawal } = request;
    const { configuration, store, now } = this.#parts;
    const { claims, signer } = await verifyWithdrawal({ withdrawal, origin: configuration.origin });
    this.#requireNotAhead(claims.iat);
    this.#requireFresh(claims.iat);
    if (!store.standing.isAttestedDevice(claims.sub, signer)) throw issuerError('device_not_attested');
    const revocation = { registration: claims.sub, statement: withdrawal, at: now(), signedByDevice: signer };
    return { revoked: store.revoke(revocation) };
  }

  statusList(): Promise<IssuerAnswer<'statusList'>> {
    return this.#parts.statusList.current();
  }

  checkpoint(request: IssuerParameters<'checkpoint'>): Promise<IssuerAnswer<'checkpoint'>> {
    return this.#parts.checkpoints.sign(request);
  }

  async backup(): Promise<IssuerAnswer<'backup'>> {
    this.#parts.store.copyTo(this.#parts.backupFile);
    return await Promise.resolve({});
  }

  async #verify(statement: string, actions: readonly Attestation['action'][]): Promise<VerifiedStatement> {
    const { configuration } = this.#parts;
    const reviewers = configuration.reviewers.map(({ key }) => key);
    const verified = await verifyStatement({ statement, reviewers, origin: configuration.origin });
    if (!actions.includes(verified.claims.action)) throw issuerError('statement_action_differs');
    this.#requireNotAhead(verified.claims.iat);
    return verified;
  }

  #requireNotAhead(iat: number): void {
    if (iat > this.#parts.now() + CLOCK_TOLERANCE_SECONDS) {
      throw issuerError('statement_malformed', { detail: 'signed in the future' });
    }
  }

  #requireFresh(iat: number): void {
    if (iat < this.#parts.now() - FRESH_SECONDS) throw issuerError('statement_stale');
  }

  #requireStanding(registration: string): void {
    const { standing } = this.#parts.store;
    if (standing.isRevoked(registration)) throw issuerError('registration_revoked');
    if (standing.isEnded(registration)) throw issuerError('registration_ended');
  }

  /** Nor, for an amendment, what it amends: it would be a way out of a suspension. */
  #requireNotSuspended(registration: string): void {
    const { standing } = this.#parts.store;
    const amends = standing.amends(registration);
    const isHeld = amends !== undefined && !standing.isEnded(amends) && standing.isSuspended(amends);
    if (isHeld || standing.isSuspended(registration)) throw issuerError('registration_suspended');
  }

  /** An amendment ends another registration: that has to be one of its own devices. */
  #requireRelated(registration: string, amends: string, devices: readonly string[]): void {
    const { standing } = this.#parts.store;
    if (standing.isRevoked(amends)) throw issuerError('registration_revoked', { detail: 'the amended one' });
    const isShared = devices.some((device) => standing.isAttestedDevice(amends, device));
    if (amends === registration || !isShared) throw issuerError('amended_unrelated');
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
    const noted = this.#parts.store.standing.notedAttestation(registration);
    if (noted !== statementDigest) throw issuerError('attestation_not_noted');
    this.#requireNotSuspended(registration);
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
