import { SIGNATURE_WINDOW_SECONDS, type Anchor } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { readAnchors } from '../../anchor/read-anchors.ts';
import { findingOf, findings, type Finding } from '../finding.ts';
import { publicGateway } from '../probe/public-gateway.ts';
import type { Scene } from '../scene.ts';

const finding = findings('gateway', {
  gateway_answers: { state: 'ok', reason: 'The gateway (registration office) answers.' },
  gateway_none_joined: {
    state: 'failed',
    kind: 'gateway',
    reason: 'This machine has joined no gateway, so no tunnel can be registered.',
    nextAction: 'Ask the administrator of this machine to run: sudo sanad join LINK',
  },
  gateway_not_needed: {
    state: 'ok',
    reason: 'This machine has joined no gateway, and needs none: your registrations are stated by you.',
  },
  clock_off: {
    state: 'failed',
    kind: 'gateway',
    reason: 'This machine’s clock differs from the gateway’s, which refuses what is signed at another time.',
    nextAction: 'Set this machine’s clock: sudo timedatectl set-ntp true',
  },
  gateway_no_way_for_root: {
    state: 'not_checked',
    reason: 'The administrator has no way to the gateway of their own.',
    nextAction: 'Run it as the person who connects: sanad doctor',
  },
});

/** Whether the joined gateways answer, and whether their clocks and this one agree. */
export async function checkGateways(scene: Scene): Promise<readonly Finding[]> {
  const anchors = await readAnchors(scene.client.anchors);
  if (anchors.length === 0) return [await withoutGateway(scene)];
  return await Promise.all(anchors.map((anchor) => checkGateway(scene, anchor)));
}

/** Missing only to whom a gateway has registered, or who has nothing to show at all. */
async function withoutGateway(scene: Scene): Promise<Finding> {
  const [registrations, declarations] = await Promise.all([scene.registrations, scene.declarations]);
  const isStatedAlone = declarations.length > 0 && registrations.length === 0;
  return finding(isStatedAlone ? 'gateway_not_needed' : 'gateway_none_joined');
}

async function checkGateway({ client, uid }: Scene, anchor: Anchor): Promise<Finding> {
  const subject = anchor.name;
  try {
    const { time } = await publicGateway(client, anchor).ask('health');
    return judgeClock({ subject, gatewayTime: time, now: client.now() });
  } catch (cause) {
    if (!(cause instanceof SanadError)) throw cause;
    const isRoots = uid === 0 && cause.problem.code === 'relay_unreachable';
    return isRoots
      ? finding('gateway_no_way_for_root', { subject })
      : findingOf('gateway', cause.problem, { subject });
  }
}

interface Seen {
  readonly subject: string;
  /** Seconds since the epoch, both. */
  readonly gatewayTime: number;
  readonly now: number;
}

export function judgeClock({ subject, gatewayTime, now }: Seen): Finding {
  const seconds = Math.abs(now - gatewayTime);
  if (seconds <= SIGNATURE_WINDOW_SECONDS) return finding('gateway_answers', { subject });
  const direction = now < gatewayTime ? 'behind' : 'ahead';
  return finding('clock_off', { subject, detail: `${Math.round(seconds / 60)} minutes ${direction}` });
}
