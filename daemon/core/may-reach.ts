/**
 * Whether a machine with these addresses can send there at all. WireGuard does not tell that the system refuses to
 * send, so a peer that cannot be reached from the network of today would look like one whom nobody calls.
 */
export function mayReach(address: string, own: readonly string[]): boolean {
  if (!address.includes(':')) return own.some((one) => !one.includes(':'));
  // A network may have unique local addresses (RFC 4193) and no way into the internet.
  const isLocal = isUniqueLocal(address);
  return own.some((one) => one.includes(':') && !isLinkLocal(one) && (isLocal || !isUniqueLocal(one)));
}

/** fc00::/7 */
const isUniqueLocal = (address: string): boolean => /^f[cd][0-9a-f]{2}:/i.test(address);

/** fe80::/10 */
const isLinkLocal = (address: string): boolean => /^fe[89ab][0-9a-f]:/i.test(address);
