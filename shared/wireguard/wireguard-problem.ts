import { problemFrom, SanadError, type ProblemCatalogue } from '../contract/problem.ts';

const correctFile = 'Correct the configuration, or ask your VPN provider for a new one.';
const correctLines = 'Correct the lines named above and import the file again.';

function usage<const Reason extends string, const Action extends string>(reason: Reason, nextAction: Action) {
  return { kind: 'usage', reason, nextAction } as const;
}

/**
 * Every way in which WireGuard text can be wrong. The reasons never quote what was found: a key pasted into the
 * wrong field would end up on a screen or in a report.
 */
export const wireguardProblems = {
  key_malformed: usage('A WireGuard key is 32 bytes in base64: 44 characters that end in "=".', correctFile),
  host_malformed: usage(
    'This is neither a host name nor an IPv4 or IPv6 address of a single machine.',
    correctFile,
  ),
  endpoint_malformed: usage(
    'An endpoint is a host and a port: name:51820, 192.0.2.1:51820 or [2001:db8::1]:51820.',
    correctFile,
  ),
  network_malformed: usage('This is not an IP address with an optional prefix length.', correctFile),
  dns_malformed: usage('DNS takes addresses of servers and names of search domains only.', correctFile),
  number_malformed: usage('This is not a whole number in the range that WireGuard allows.', correctFile),
  peer_duplicate: usage('Two peers have the same public key.', correctFile),
  too_many_values: usage('There are more of these than Sanad takes.', correctFile),

  conf_rejected: usage('The file cannot be imported.', correctLines),
  conf_too_large: usage('The file is larger than any WireGuard configuration.', correctLines),
  control_character: usage('The line holds a control character.', correctLines),
  line_malformed: usage('The line is neither a section, a "key = value", nor a comment.', correctLines),
  section_unknown: usage('There are only the sections [Interface] and [Peer].', correctLines),
  section_duplicate: usage('There may be only one [Interface].', correctLines),
  key_outside_section: usage('The line stands before the first section.', correctLines),
  key_unknown: usage('WireGuard has no such key in this section.', correctLines),
  key_duplicate: usage('This key may be given only once in a section.', correctLines),
  interface_missing: usage('There is no [Interface].', correctLines),
  peer_missing: usage('There is no [Peer].', correctLines),
  private_key_missing: usage('[Interface] has no PrivateKey.', correctLines),
  address_missing: usage('[Interface] has no Address.', correctLines),
  public_key_missing: usage('This [Peer] has no PublicKey.', correctLines),
  endpoint_missing: usage(
    'This [Peer] has no Endpoint. A registration names endpoints, so a peer without one cannot be registered.',
    correctLines,
  ),
} as const satisfies ProblemCatalogue<string>;

export type WireguardProblemCode = keyof typeof wireguardProblems;

export function isWireguardProblemCode(code: string): code is WireguardProblemCode {
  return Object.hasOwn(wireguardProblems, code);
}

/** `detail` in the finder's own words; never what was found. */
export function wireguardError(
  code: WireguardProblemCode,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(wireguardProblems, code, options.detail), { cause: options.cause });
}
