import { createHmac, randomBytes } from 'node:crypto';
import { SanadError } from '#shared/contract/problem.ts';
import {
  familyOf,
  judgeAddress,
  lineOf,
  type AddressJudgement,
} from '#shared/registration/interview/address-look.ts';
import { utcDay } from '#shared/text/utc-day.ts';
import { readAnchors } from '../../anchor/read-anchors.ts';
import type { ClientContext } from '../../client-context.ts';
import { askOutsideAddress } from '../../registration/public-address.ts';
import type { ApplicationStore } from '../application-store.ts';
import type { LineHistory } from '../draft.ts';
import { askRouter } from './ask-router.ts';
import { defaultRouter, ownAddresses } from './own-addresses.ts';

export interface LineReport extends AddressJudgement {
  /** As the internet sees this line; undefined: nobody could say. */
  readonly publicAddress: string | undefined;
  readonly routerAddress: string | undefined;
}

/** What this computer can see of itself and of its router; a test gives its own. */
export interface LineSight {
  readonly own: () => readonly string[];
  readonly router: () => Promise<string | undefined>;
}

const systemSight: LineSight = {
  own: () => {
    const router = defaultRouter();
    return router === undefined ? ownAddresses() : [...ownAddresses(), router];
  },
  router: async () => {
    const router = defaultRouter();
    return router === undefined ? undefined : await askRouter(router);
  },
};

/** At most one a day and address; the oldest make room. */
const MAX_SEEN = 60;

/** How this line's address looks, outside any tunnel. What was seen is remembered by day and mark. */
export async function lookAtLine(
  client: ClientContext,
  store: ApplicationStore,
  sight: LineSight = systemSight,
): Promise<LineReport> {
  const [publicAddress, routerAddress] = await Promise.all([askOffices(client), sight.router()]);
  const history = await remembered(store, publicAddress, client.now());
  const view = { publicAddress, routerAddress, ownAddresses: sight.own(), ...history };
  return { ...judgeAddress(view), publicAddress, routerAddress };
}

/** The first joined office that answers. */
async function askOffices(client: ClientContext): Promise<string | undefined> {
  for (const anchor of await readAnchors(client.anchors)) {
    try {
      return await askOutsideAddress(client, anchor);
    } catch (cause) {
      // Not reached: nothing of this needs a network.
      if (!(cause instanceof SanadError)) throw cause;
    }
  }
  return undefined;
}

async function remembered(store: ApplicationStore, address: string | undefined, now: number) {
  const line = address === undefined ? undefined : lineOf(address);
  const family = line === undefined ? undefined : familyOf(line);
  if (line === undefined || family === undefined) return { mark: undefined, earlier: [] };
  const kept = (await store.line()) ?? { version: 1, salt: randomBytes(16).toString('base64url'), seen: [] };
  const mark = createHmac('sha256', kept.salt).update(line).digest('base64url').slice(0, 22);
  const day = utcDay(now);
  const isSame = (one: LineHistory['seen'][number]) => one.day === day && one.mark === mark;
  const earlier = kept.seen.filter((one) => one.family === family && !isSame(one));
  await keepSeen(store, kept, { day, family, mark });
  return { mark, earlier };
}

async function keepSeen(
  store: ApplicationStore,
  kept: LineHistory,
  seen: LineHistory['seen'][number],
): Promise<void> {
  const isKnown = kept.seen.some((one) => one.day === seen.day && one.mark === seen.mark);
  if (isKnown) return;
  const all = [...kept.seen, seen].toSorted((a, b) => a.day.localeCompare(b.day, 'en'));
  await store.keepLine({ ...kept, seen: all.slice(-MAX_SEEN) });
}
