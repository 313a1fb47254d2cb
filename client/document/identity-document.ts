/**
 * Whether copies of a kind of document are stamped, as long as the authority's rules do not say it themselves: identity
 * cards and passports, which open more doors than this one.
 */
export function isIdentityDocument(kind: string): boolean {
  return /^(?:cnic|nicop|poc|passport|identity)(?:_|$)/.test(kind);
}
