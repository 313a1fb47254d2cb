import { describe, expect, it } from 'vitest';
import { merkleTreeHash, treeRoot } from '#gateway/checkpoint/tree.ts';

/** Certificate Transparency's own test data for RFC 6962: these leaves, and the root over the first 0 to 8 of them. */
const leaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the tree over the heads', () => {
  it.each(roots.map((root, size) => ({ size, root })))(
    'has RFC 6962’s hash with $size leaves',
    ({ size, root }) => {
      const bytes = leaves.slice(0, size).map((leaf) => Buffer.from(leaf, 'hex'));
      expect(merkleTreeHash(bytes).toString('hex')).toBe(root);
    },
  );

  const heads = Array.from({ length: 5 }, (_, index) => ({
    registration: `r${index}`,
    sequence: index + 1,
    hash: String(index).repeat(64),
  }));

  it('does not depend on the order in which a database gives them', () => {
    expect(treeRoot(heads.toReversed())).toBe(treeRoot(heads));
  });

  it('changes with every head: one dropped, one added, one cut or written anew', () => {
    const [first, ...others] = heads;
    if (first === undefined) throw new Error('there are heads');
    const changed = [
      others,
      [...heads, { ...first, registration: 'new' }],
      [{ ...first, sequence: 9 }, ...others],
      [{ ...first, hash: 'f'.repeat(64) }, ...others],
    ];
    expect(new Set([heads, ...changed].map(treeRoot)).size).toBe(5);
  });
});
