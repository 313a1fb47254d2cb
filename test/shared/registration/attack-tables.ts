import type { Attack, Trial } from './attack.ts';
import { certificateAttacks } from './certificate-attack.ts';
import { declarationAttacks } from './declaration-attack.ts';
import { makeDeclaredScene } from './declare.ts';
import { fairIngestTrials, ingestAttacks } from './ingest-attack.ts';
import { makeScene } from './issue.ts';
import { proofAttacks } from './proof-attack.ts';
import { statusAttacks } from './status-attack.ts';

/** Every way to go wrong that is tried, by what it is tried with. */
export const attackTables: Readonly<Record<string, readonly Attack[]>> = {
  'a certificate is refused for': certificateAttacks,
  'a device proof is refused for': proofAttacks,
  'a registration is refused for': statusAttacks,
  'a signed file is not taken:': ingestAttacks,
  'a declaration is refused for': declarationAttacks,
};

interface FairTrial {
  readonly name: string;
  readonly code: null;
  readonly prepare: () => Trial;
}

/** Nothing is wrong with these: first one of each kind, which the attacks begin with, then others. */
export const fairTrials: readonly FairTrial[] = [
  {
    name: 'a registered tunnel',
    code: null,
    prepare: () => ({ kind: 'connect', options: makeScene().options }),
  },
  ...fairIngestTrials,
  {
    name: 'a tunnel whose registrant states it, where that is accepted',
    code: null,
    prepare: () => ({ kind: 'connect', options: makeDeclaredScene().options }),
  },
];
