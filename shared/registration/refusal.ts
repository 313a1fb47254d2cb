import type { Problem } from '../contract/problem.ts';
import { problemFrom, SanadError } from '../contract/problem.ts';

const REGISTER = 'Register it with `sanad register`.';
const RENEW = 'Get a new certificate with `sanad register`.';
const REFRESH = 'Connect this machine to the internet and try again.';
const ASK_GATEWAY = 'Ask the gateway that registered you; `sanad registration show` says who that is.';
const TELL_GATEWAY = 'Tell the operator of the gateway: what it published is not usable.';
const DECLARE = 'State the decision again with `sanad registration declare`.';
const RETRY = 'Connect again.';
const UPDATE = 'Update Sanad and connect again.';

/**
 * Every reason not to open the gate and not to take a signed file, with what a person is told. Codes are
 * stable: programs, policies and translations hang on them.
 */
export const refusals = {
  // The certificate, as it lies there.
  unregistered: row('This tunnel’s endpoint is not registered.', REGISTER),
  certificate_too_large: row('The certificate is larger than a certificate can be.', RENEW),
  certificate_malformed: row('The certificate is damaged and cannot be read.', RENEW),
  algorithm_not_allowed: row('The certificate is signed with a method that is not accepted.', RENEW),
  certificate_type_wrong: row('This is a signed document, but not a registration certificate.', RENEW),
  header_not_allowed: row('The certificate asks to be read in a way that is not accepted.', RENEW),

  // Who signed it.
  key_set_missing: row(
    'No gateway is trusted on this machine.',
    'Have the administrator join your gateway with `sanad join`.',
  ),
  key_unknown: row(
    'The certificate is signed with a key that no gateway joined on this machine lists.',
    'Connect this machine to the internet and try again; if it stays, join the gateway with `sanad join`.',
  ),
  signature_invalid: row('The certificate was changed after it was signed, or forged.', RENEW),
  certificate_claims_invalid: row('The certificate says something that no valid certificate says.', RENEW),
  issuer_unknown: row(
    'The certificate names a gateway that is not trusted on this machine.',
    'Have the administrator join that gateway with `sanad join`.',
  ),
  key_set_expired: row('The list of the gateway’s keys is too old to be trusted.', REFRESH),
  key_role_missing: row('The key that signed the certificate is not allowed to sign certificates.', RENEW),
  assurance_not_allowed: row('The key that signed the certificate may not give this assurance.', RENEW),
  host_not_allowed: row('The key that signed the certificate may not cover this VPN server’s name.', RENEW),

  // The declaration, which stands in a certificate's place.
  declaration_malformed: row('Your own statement of the decision is damaged and cannot be read.', DECLARE),
  declaration_signature_invalid: row(
    'Your own statement of the decision was changed after it was signed.',
    DECLARE,
  ),
  declaration_claims_invalid: row(
    'Your own statement of the decision says something that no valid one says.',
    DECLARE,
  ),
  declaration_not_yet_valid: row(
    'Your own statement of the decision is not valid yet.',
    'Check the clock and connect again.',
  ),
  declaration_expired: row('Your own statement of the decision has expired.', DECLARE),
  declaration_not_accepted: row(
    'This registration is stated by you and confirmed by nobody, and this computer does not accept that.',
    'Ask the administrator of this computer to accept it: `sudo sanad policy accept declared`.',
  ),

  // When.
  clock_behind: row('This machine’s clock is behind the time.', 'Set the clock and connect again.'),
  certificate_not_yet_valid: row('The certificate is not valid yet.', 'Check the clock and connect again.'),
  certificate_expired: row('The certificate has expired.', RENEW),
  decision_expired: row('The authority’s decision was valid until a day that has passed.', REGISTER),

  // For whom and for what.
  assurance_not_accepted: row(
    'This kind of registration is not accepted on this machine.',
    'Ask the administrator of this machine, or have the registration attested.',
  ),
  peer_without_endpoint: row(
    'The tunnel has a peer without an endpoint, or no peer, so there is nothing to be registered.',
    'Import a configuration in which every peer has an Endpoint.',
  ),
  endpoint_not_covered: row('The registration does not cover this VPN server.', REGISTER),

  // Whether it still stands.
  status_list_missing: row('Whether the registration still stands is not known yet.', REFRESH),
  status_list_expired: row('The last news of the registration has expired.', REFRESH),
  status_list_stale: row('The last news of the registration is too old.', REFRESH),
  status_index_out_of_range: row('The gateway’s status list does not mention the certificate.', RENEW),
  registration_revoked: row('The registration was revoked.', ASK_GATEWAY),
  registration_suspended: row('The registration is suspended.', ASK_GATEWAY),
  status_unknown: row('The gateway gives the registration a status that has no meaning here.', ASK_GATEWAY),

  // The device proof.
  proof_missing: row('The device did not prove that the registration is its own.', RETRY),
  proof_malformed: row('The device’s proof cannot be read.', UPDATE),
  proof_device_mismatch: row('The registration belongs to another device.', REGISTER),
  proof_signature_invalid: row('The device’s proof is signed with another key than it shows.', RETRY),
  proof_nonce_unknown: row('The device’s proof answers no question asked here.', RETRY),
  proof_expired: row('The device’s proof is not from this moment.', RETRY),
  proof_certificate_mismatch: row('The device’s proof is for another certificate.', RETRY),
  proof_configuration_mismatch: row('The device’s proof is for another configuration.', RETRY),
  proof_instance_mismatch: row('The device’s proof is for another run of the service.', RETRY),

  // Key sets as they come in.
  key_set_malformed: row('A gateway’s key set cannot be read.', TELL_GATEWAY),
  key_set_root_unknown: row(
    'A key set is signed with a root key that is not trusted on this machine.',
    'If the gateway has new root keys, have the administrator join it again with `sanad join`.',
  ),
  key_set_signature_invalid: row('A key set was changed after it was signed, or forged.', TELL_GATEWAY),
  key_set_duplicate_key: row('A key set lists the same key twice.', TELL_GATEWAY),
  key_set_role_unknown: row('A key set gives a key a role that Sanad does not know.', UPDATE),
  key_set_older: row('A key set is older than the one that is known.', REFRESH),
  key_set_conflict: row('There are two different key sets of the same version.', TELL_GATEWAY),

  // Status lists as they come in.
  status_list_too_large: row('A status list is larger than a status list can be.', TELL_GATEWAY),
  status_list_malformed: row('A status list cannot be read.', TELL_GATEWAY),
  status_list_key_not_allowed: row('A status list is signed with a key that may not sign it.', TELL_GATEWAY),
  status_list_signature_invalid: row(
    'A status list was changed after it was signed, or forged.',
    TELL_GATEWAY,
  ),
  status_list_issuer_wrong: row('A status list speaks for another gateway or place.', TELL_GATEWAY),
  status_list_older: row('A status list is older than the one that is known.', REFRESH),
  status_list_conflict: row('There are two different status lists of the same second.', TELL_GATEWAY),
} as const;

export type RefusalCode = keyof typeof refusals;
export type Refusal = Problem & { readonly code: RefusalCode };

/** The refusal of that code. `detail` goes after the reason and must hold no secret. */
export function refusal(code: RefusalCode, detail?: string): Refusal {
  return problemFrom<RefusalCode>(refusals, code, detail);
}

/** A refusal on its way up; `verifyRegistration` returns it, accepting a signed file throws it. */
export class RefusedError extends SanadError {
  readonly refusal: Refusal;

  constructor(found: Refusal, options?: { readonly cause?: unknown }) {
    super(found, options);
    this.name = 'RefusedError';
    this.refusal = found;
  }
}

/** Ends the judgement. */
export function refuse(code: RefusalCode, detail?: string, cause?: unknown): never {
  throw new RefusedError(refusal(code, detail), { cause });
}

function row(reason: string, nextAction: string) {
  return { kind: 'registration', reason, nextAction } as const;
}
