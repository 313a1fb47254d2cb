import { createHash } from 'node:crypto';

/** The last entry of one registration's chain. */
export interface ChainHead {
  readonly registration: string;
  readonly sequence: number;
  /** Of that entry. */
  readonly hash: string;
}

/**
 * One value that no head can be changed, dropped or added behind: hex of the tree's hash over the heads, sorted by
 * registration. A leaf is the JSON array [registration, sequence, hash], which holds the hash of salted commitments: the
 * root tells nobody anything.
 */
export function treeRoot(heads: readonly ChainHead[]): string {
  const sorted = heads.toSorted((one, other) => (one.registration < other.registration ? -1 : 1));
  return merkleTreeHash(
    sorted.map(({ registration, sequence, hash }) =>
      Buffer.from(JSON.stringify([registration, sequence, hash])),
    ),
  ).toString('hex');
}

/** The Merkle Tree Hash of RFC 6962 section 2.1. */
export function merkleTreeHash(leaves: readonly Buffer[]): Buffer {
  let level = leaves.map((leaf) => hashOf(LEAF, leaf));
  // Pairing level by level, an odd one out carried up, is the RFC's split at the largest power of two.
  while (level.length > 1) level = pairs(level);
  return level[0] ?? hashOf();
}

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

function pairs(level: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const [left, right] = [level[index], level[index + 1]];
    if (left !== undefined) above.push(right === undefined ? left : hashOf(NODE, left, right));
  }
  return above;
}

function hashOf(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
