import { describe, expect, test } from 'vitest';
import type { Surroundings } from '#daemon/core/surroundings.ts';
import { SurroundingsKeeper } from '#daemon/service/surroundings-keeper.ts';
import { parseOrigin } from '#shared/contract/anchor-file.ts';
import { serviceProblem } from '#daemon/service/service-problem.ts';

const known = [{ address: '198.18.0.90', port: 8443 }];
const anchored = [parseOrigin('https://gateway.test:8443')];
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
    keeper.useOrigins([origin(['2001:DB8::1', '198.18.0.91', '198.18.0.91', 'nonsense'])], anchored);
    expect(changes.at(-1)?.fetcher?.origins).toEqual([
      { address: '2001:db8::1', port: 8443 },
      { address: '198.18.0.91', port: 8443 },
    ]);
  });

  test('the same again is no news', () => {
    const { keeper, changes } = makeKeeper();
    keeper.useOrigins([origin(['198.18.0.90'])], anchored);
    keeper.useResolvers([]);
    expect(changes).toEqual([]);
  });

  test('a name that does not resolve now keeps what was known, in this run or an earlier one', () => {
    const { keeper } = makeKeeper();
    keeper.useOrigins([origin([], problem)], anchored);
    expect(keeper.origins).toEqual(known);
    keeper.useOrigins([origin(['198.18.0.91'])], anchored);
    keeper.useOrigins([origin([], problem)], anchored);
    expect(keeper.origins).toEqual([{ address: '198.18.0.91', port: 8443 }]);
  });

  test('when no anchor is left nobody is let out', () => {
    const { keeper } = makeKeeper();
    keeper.useOrigins([], []);
    expect(keeper.origins).toEqual([]);
  });
});

/** The fetcher is not trusted: it answers where something is, never what it may reach. */
describe('a lying fetcher', () => {
  test('is let out to no origin that no anchor names', () => {
    const { keeper } = makeKeeper();
    const other = { ...origin(['198.18.0.99']), origin: 'https://evil.test', port: 443 };
    keeper.useOrigins([other, origin(['198.18.0.91'])], anchored);
    expect(keeper.origins).toEqual([{ address: '198.18.0.91', port: 8443 }]);
  });

  test('cannot choose the port', () => {
    const { keeper } = makeKeeper();
    for (const port of [53, 0, -1, 70_000, 1.5]) {
      keeper.useOrigins([{ ...origin(['198.18.0.91']), port }], anchored);
      expect(keeper.origins).toEqual([{ address: '198.18.0.91', port: 8443 }]);
    }
  });

  test('cannot move an origin that is an address', () => {
    const { keeper } = makeKeeper();
    const literal = { ...origin(['198.18.0.99']), origin: 'https://198.18.0.90:8443' };
    keeper.useOrigins([literal], [parseOrigin('https://198.18.0.90:8443')]);
    expect(keeper.origins).toEqual(known);
  });

  test('opens no way to many machines at once, and none by a text that is no address', () => {
    const { keeper } = makeKeeper();
    const lies = [
      '255.255.255.255',
      '224.0.0.1',
      'ff02::1',
      '0.0.0.0',
      '::',
      '1.2.3.4 } accept',
      '::ffff:1.2.3.4',
    ];
    keeper.useOrigins([origin(lies)], anchored);
    expect(keeper.origins).toEqual(known);
  });

  test('cannot make the list grow by changing its answer', () => {
    const { keeper } = makeKeeper();
    for (let turn = 1; turn < 200; turn += 1) {
      keeper.useOrigins([origin([`198.18.1.${turn}`]), origin([], problem)], anchored);
    }
    expect(keeper.origins).toEqual([{ address: '198.18.1.199', port: 8443 }]);
  });
});
