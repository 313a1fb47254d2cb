import type { Anchor } from '../contract/gateway-contract.ts';
import type { Primitives } from './primitives.ts';
import { thumbprint } from './thumbprint.ts';

/**
 * What a person compares before an anchor is installed: SHA-256 over the root keys' thumbprints, sorted and
 * joined by newlines, as hex in groups of four. It names the keys that everything else hangs on, and nothing
 * that may change without them.
 */
export function fingerprint(anchor: Pick<Anchor, 'root_keys'>, primitives: Primitives): string {
  const names = anchor.root_keys.map((key) => thumbprint(key, primitives)).sort();
  const digest = primitives.sha256(new TextEncoder().encode(names.join('\n')));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/.{4}(?=.)/g, '$& ');
}
