import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { fingerprint } from '#shared/registration/anchor.ts';
import { nodePrimitives } from '../key/node-primitives.ts';

/** What a person compares. */
export function anchorFingerprint(anchor: Anchor): string {
  return fingerprint(anchor, nodePrimitives);
}

/** What a person opens or types: where the gateway is, and what its root keys must be. */
export function joinLink(anchor: Anchor): string {
  const hex = anchorFingerprint(anchor).replaceAll(' ', '');
  return `sanad://join?origin=${encodeURIComponent(anchor.origin)}&fingerprint=${hex}`;
}
