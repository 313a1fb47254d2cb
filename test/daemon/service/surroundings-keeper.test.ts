import { describe, expect, test } from 'vitest';
import type { Surroundings } from '#daemon/core/surroundings.ts';
import { SurroundingsKeeper } from '#daemon/service/surroundings-keeper.ts';
import { serviceProblem } from '#daemon/service/service-problem.ts';

const known = [{ address: '198.18.0.90', port: 8443 }];
const problem = serviceProblem('endpoint_unresolvable');

function makeKeeper(fetchUid: number | null = 981) {
  const changes: Surroundings[] = [];
  const keeper = new SurroundingsKeeper({
    tunnelInterface: 'sanad0',
    mark: 0x5a4e,
    fetchUid,
    timeUid: null,
    origins: known,
    onChange: (surroundings) => void changes.push(surroundings),
  });
  return { keeper, changes };
}

const origin = (addresses: string[], found: typeof problem | null = null) => ({
  origin: 'https://gateway.test:8443',
  port: 8443,
  addresses,
  problem: found,
});

describe('where the fetcher is let out to', () => {
  test('at first where it was last, and no resolver: resolv.conf may be an earlier tunnel’s', () => {
    expect(makeKeeper().keeper.current.fetcher).toEqual({ uid: 981, origins: known, resolvers: [] });
  });

  test('without a fetcher nobody is let out', () => {
    expect(makeKeeper(null).keeper.current.fetcher).toBeNull();
  });

  test('new addresses take the place of the old ones, each once and in one spelling', () => {
    const { keeper, changes } = makeKeeper();
    keeper.useOrigins([origin(['2001:DB8::1', '198.18.0.91', '198.18.0.91', 'nonsense'])]);
    expect(changes.at(-1)?.fetcher?.origins).toEqual([
      { address: '2001:db8::1', port: 8443 },
      { address: '198.18.0.91', port: 8443 },
    ]);
  });

  test('the same again is no news', () => {
    const { keeper, changes } = makeKeeper();
    keeper.useOrigins([origin(['198.18.0.90'])]);
    keeper.useResolvers([]);
    expect(changes).toEqual([]);
  });

  test('a name that does not resolve now keeps what was known', () => {
    const { keeper } = makeKeeper();
    keeper.useOrigins([origin([], problem), origin(['198.18.0.91'])]);
    expect(keeper.origins).toEqual([{ address: '198.18.0.91', port: 8443 }, ...known]);
  });
});
