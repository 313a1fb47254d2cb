import { mayReach } from './may-reach.ts';
import type { SocketAddress } from './surroundings.ts';
import type { PeerAddress, TroubledPeer } from './tunnel-state.ts';

/** WireGuard's protocol constants, section 6 of its paper. */
const REJECT_AFTER_TIME_SECONDS = 180;
const REKEY_TIMEOUT_SECONDS = 5;
const KEEPALIVE_TIMEOUT_SECONDS = 10;
/** An empty packet with its header and tag. */
const KEEPALIVE_BYTES = 32;

/** Three calls in a row without an answer. */
const CALLED_IN_VAIN_SECONDS = 3 * REKEY_TIMEOUT_SECONDS;
/** A living peer answers data within KEEPALIVE_TIMEOUT; then WireGuard calls, and three calls are forgiven here too. */
const UNANSWERED_SECONDS = KEEPALIVE_TIMEOUT_SECONDS + REKEY_TIMEOUT_SECONDS + CALLED_IN_VAIN_SECONDS;
/** Readings come every two seconds: with such a gap between them the machine slept. */
const SLEPT_SECONDS = 20;

/** What the device says of a peer now. */
export interface PeerCounters {
  readonly publicKey: string;
  readonly endpoint: SocketAddress | null;
  /** Any clock: only that it changes counts. */
  readonly latestHandshakeAt: number | null;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** Where a peer was told to be, and how its silence is to be understood. */
export interface ExpectedPeer extends PeerAddress {
  /** 0: it may be silent for as long as nothing is sent. */
  readonly keepaliveSeconds: number;
}

/** What has been seen of the peers so far. */
export interface PeerWatch {
  /** Seconds since boot, of the last reading. */
  readonly readAt: number | null;
  readonly own: readonly string[];
  /** By public key. */
  readonly peers: ReadonlyMap<string, PeerHistory>;
}

/** Times are seconds since boot: a clock that is set forward makes no peer old. */
interface PeerHistory {
  readonly latestHandshakeAt: number | null;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly handshakeSeenAt: number | null;
  /** When something was received last. */
  readonly heardAt: number;
  readonly sentBytesWhenHeard: number;
  /** Since when more than keepalives has been sent and not answered. */
  readonly unansweredSince: number | null;
  /** Since when something has been sent after the session's end, which only a new handshake can carry. */
  readonly calledSince: number | null;
  /** Epoch seconds. Stays until something is heard. */
  readonly silentSince: number | null;
}

export interface Look {
  readonly readings: readonly PeerCounters[];
  readonly expected: readonly ExpectedPeer[];
  /** This machine's addresses outside the tunnel, in one order. None: it is offline. */
  readonly own: readonly string[];
  readonly sinceBoot: number;
  /** Epoch seconds. */
  readonly now: number;
}

export interface Sight {
  readonly watch: PeerWatch;
  readonly troubled: readonly TroubledPeer[];
  /** Since the look before the machine slept, or got other addresses. */
  readonly networkChanged: boolean;
}

export const nothingSeen: PeerWatch = { readAt: null, own: [], peers: new Map() };

/**
 * Which peers are not well. Silence is not death: a tunnel that is idle says nothing, and a peer answers keepalives
 * with nothing. Dead is who has been sent something that a living peer answers, for as long as WireGuard's own
 * patience and a few calls more: after the session's end (handshake age) anything, before it more than keepalives.
 */
export function lookAtPeers(before: PeerWatch, look: Look): Sight {
  const slept = before.readAt !== null && look.sinceBoot - before.readAt > SLEPT_SECONDS;
  const peers = new Map<string, PeerHistory>();
  const troubled: TroubledPeer[] = [];
  for (const expected of look.expected) {
    const reading = look.readings.find(({ publicKey }) => publicKey === expected.publicKey);
    if (reading === undefined) continue;
    const history = historyOf(before.peers.get(expected.publicKey), { reading, expected, look, slept });
    peers.set(expected.publicKey, history);
    troubled.push(...troubleOf(history, { expected, reading, own: look.own }));
  }
  const { sinceBoot, own } = look;
  const hasOthers = before.readAt !== null && own.join() !== before.own.join();
  return { watch: { readAt: sinceBoot, own, peers }, troubled, networkChanged: slept || hasOthers };
}

interface Seen {
  readonly reading: PeerCounters;
  readonly expected: ExpectedPeer;
  readonly look: Look;
  readonly slept: boolean;
}

function historyOf(before: PeerHistory | undefined, { reading, expected, look, slept }: Seen): PeerHistory {
  const { sinceBoot, now } = look;
  if (before === undefined || isHeard(before, reading)) return heard(before, reading, sinceBoot);
  // What was sent before the sleep is answered by nobody, and that says nothing of the peer.
  const rested = slept ? { ...heard(before, reading, sinceBoot), silentSince: before.silentSince } : before;
  const waiting = countUnanswered(rested, { reading, expected, sinceBoot });
  if (waiting.silentSince !== null || !isSilent(waiting, sinceBoot)) return waiting;
  return { ...waiting, silentSince: Math.round(now - (sinceBoot - waiting.heardAt)) };
}

function isHeard(before: PeerHistory, reading: PeerCounters): boolean {
  return (
    reading.receivedBytes !== before.receivedBytes || reading.latestHandshakeAt !== before.latestHandshakeAt
  );
}

function heard(before: PeerHistory | undefined, reading: PeerCounters, sinceBoot: number): PeerHistory {
  const { latestHandshakeAt, receivedBytes, sentBytes } = reading;
  const isSameSession = before !== undefined && before.latestHandshakeAt === latestHandshakeAt;
  return {
    latestHandshakeAt,
    receivedBytes,
    sentBytes,
    handshakeSeenAt: isSameSession ? before.handshakeSeenAt : latestHandshakeAt === null ? null : sinceBoot,
    heardAt: sinceBoot,
    sentBytesWhenHeard: sentBytes,
    unansweredSince: null,
    calledSince: null,
    silentSince: null,
  };
}

function countUnanswered(
  before: PeerHistory,
  { reading, expected, sinceBoot }: Pick<Seen, 'reading' | 'expected'> & { readonly sinceBoot: number },
): PeerHistory {
  const { sentBytes } = reading;
  const hasSent = sentBytes > before.sentBytes;
  const isOver =
    before.handshakeSeenAt === null || sinceBoot - before.handshakeSeenAt > REJECT_AFTER_TIME_SECONDS;
  const sentSince = sentBytes - before.sentBytesWhenHeard;
  const keepalives = keepaliveBytes(expected.keepaliveSeconds, sinceBoot - before.heardAt);
  return {
    ...before,
    sentBytes,
    calledSince: before.calledSince ?? (isOver && hasSent ? sinceBoot : null),
    unansweredSince: before.unansweredSince ?? (sentSince > keepalives ? sinceBoot : null),
  };
}

/** The most that keepalives alone can be: the persistent ones, one that answers data and one that ends a handshake. */
function keepaliveBytes(keepaliveSeconds: number, elapsedSeconds: number): number {
  const persistent = keepaliveSeconds === 0 ? 0 : Math.floor(elapsedSeconds / keepaliveSeconds);
  return KEEPALIVE_BYTES * (2 + persistent);
}

function isSilent({ calledSince, unansweredSince }: PeerHistory, sinceBoot: number): boolean {
  const isPast = (since: number | null, seconds: number): boolean =>
    since !== null && sinceBoot - since >= seconds;
  return isPast(calledSince, CALLED_IN_VAIN_SECONDS) || isPast(unansweredSince, UNANSWERED_SECONDS);
}

/** Straying comes first: whoever has strayed was heard, from elsewhere. */
function troubleOf(
  { silentSince }: PeerHistory,
  { expected, reading, own }: Pick<Seen, 'expected' | 'reading'> & Pick<Look, 'own'>,
): readonly TroubledPeer[] {
  const { publicKey, address, port } = expected;
  const { endpoint } = reading;
  if (endpoint !== null && (endpoint.address !== address || endpoint.port !== port)) {
    return [{ kind: 'strayed', publicKey, to: endpoint }];
  }
  if (own.length > 0 && !mayReach(address, own)) return [{ kind: 'unreachable', publicKey, own }];
  return silentSince === null ? [] : [{ kind: 'silent', publicKey, since: silentSince }];
}
