import { createHash } from 'node:crypto';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { fingerprint } from '#shared/registration/anchor.ts';
import { nodePrimitives } from '../key/node-primitives.ts';

/** What a person compares. */
export function anchorFingerprint(anchor: Anchor): string {
  return fingerprint(anchor, nodePrimitives);
}

/**
 * What a person opens or types: where the gateway is, what its root keys must be and, where its TLS has an
 * authority of its own, what that must be: so that nobody on the way can put in one of theirs.
 */
export function joinLink(anchor: Anchor): string {
  const hex = anchorFingerprint(anchor).replaceAll(' ', '');
  const link = `sanad://join?origin=${encodeURIComponent(anchor.origin)}&fingerprint=${hex}`;
  if (anchor.tls_ca === undefined) return link;
  return `${link}&tls_ca=${createHash('sha256').update(anchor.tls_ca).digest('hex')}`;
}
