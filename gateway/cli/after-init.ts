import { join } from 'node:path';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { gatewayFiles } from '../configuration.ts';
import { anchorFingerprint, joinLink } from './join-link.ts';
import type { InitOptions } from './init.ts';

/** What to do with what `init` has made. */
export function afterInit(options: Pick<InitOptions, 'dir' | 'reviewer'>, anchor: Anchor): readonly string[] {
  const at = (name: string): string => join(options.dir, name);
  return [
    `Gateway ${anchor.name} for ${anchor.origin} made in ${options.dir}.`,
    `Fingerprint  ${anchorFingerprint(anchor)}`,
    `Join link    ${joinLink(anchor)}`,
    '',
    'Before it serves anybody:',
    `1. Move ${at(gatewayFiles.offlineDirectory)} to a medium that is kept offline, with a copy elsewhere.`,
    '   Whoever has the root key in it is this gateway; who has lost it cannot renew the key set.',
    ...options.reviewer.map(
      (name) =>
        `2. Hand ${at(join(gatewayFiles.reviewerDirectory, `${name}.key.json`))} to ${name} and delete it here.`,
    ),
    `3. Hand ${at(gatewayFiles.profileSignerDirectory)} to whoever maintains the authorities’ rules: it signs those, and`,
    '   nothing else. It is needed only for a new version (`sanad-gateway profile sign`).',
    `4. Publish the fingerprint where registrants can compare it: web site, letterhead, telephone.`,
  ];
}
