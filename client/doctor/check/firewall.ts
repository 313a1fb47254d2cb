import { systemNames } from '#shared/contract/system-names.ts';
import type { TunnelStatus } from '#shared/tunnel/tunnel-status.ts';
import { findingOf, findings, type Finding } from '../finding.ts';
import type { Scene, ServiceView } from '../scene.ts';

const REPAIR = 'Clear it: sudo sanad repair';

const finding = findings('firewall', {
  firewall_open: {
    state: 'ok',
    reason: 'No rule of Sanad’s is in the way; nothing is protected or blocked.',
  },
  firewall_closed: { state: 'ok', reason: 'The firewall is closed around the tunnel.' },
  firewall_changing: { state: 'ok', reason: 'The service is at work on the firewall.' },
  firewall_clean: {
    state: 'ok',
    reason:
      'The service left no firewall table and no interface behind. Routing rules and routes were not looked at.',
  },
  firewall_unsure: {
    state: 'failed',
    kind: 'daemon',
    reason: 'The firewall’s last change failed, so it may stand open.',
    nextAction: 'Connect anew: sanad disconnect, then sanad connect NAME',
  },
  firewall_left_over: {
    state: 'failed',
    kind: 'daemon',
    reason: 'Rules of Sanad’s are left in the firewall although nothing is protected; they block traffic.',
    nextAction: REPAIR,
  },
  interface_left_over: {
    state: 'failed',
    kind: 'daemon',
    reason: 'Sanad’s network interface is left behind without its service.',
    nextAction: REPAIR,
  },
  firewall_unseen: {
    state: 'not_checked',
    reason: 'Without the service, only the administrator can see whether rules were left behind.',
    nextAction: 'If your internet is blocked, run: sudo sanad doctor',
  },
});

/** Whether anything of ours stands in the network that should not. */
export async function checkFirewall({ service, probes }: Scene): Promise<readonly Finding[]> {
  const [view, tables] = await Promise.all([service, probes.firewallTables()]);
  return [judgeFirewall({ view, tables, hasInterface: probes.hasInterface(systemNames.device) })];
}

interface Seen {
  readonly view: ServiceView;
  /** null: not ours to see. */
  readonly tables: readonly string[] | null;
  readonly hasInterface: boolean;
}

export function judgeFirewall({ view, tables, hasInterface }: Seen): Finding {
  const ours = new Set(systemNames.nftTables.map(({ family, name }) => `${family} ${name}`));
  const left = tables?.filter((table) => ours.has(table)) ?? [];
  if (view.kind === 'answers') return judgeStatus(view.status, left);
  // A service that does not let us ask may be at work with all of it.
  if (view.problem.code !== 'daemon_unreachable') return finding('firewall_unseen');
  if (left.length > 0) return finding('firewall_left_over', { detail: left.join(', ') });
  if (hasInterface) return finding('interface_left_over', { detail: systemNames.device });
  return finding(tables === null ? 'firewall_unseen' : 'firewall_clean');
}

function judgeStatus({ state, firewall }: TunnelStatus, left: readonly string[]): Finding {
  if (firewall === 'unknown') return finding('firewall_unsure');
  switch (state.kind) {
    case 'blocked': {
      const { reason } = state.cause;
      const cause = { ...state.cause, reason: `Your internet is blocked: ${reason}` };
      return findingOf('firewall', cause, { state: 'warning' });
    }
    case 'connecting':
    case 'disconnecting':
      return finding('firewall_changing');
    case 'connected':
      return finding(firewall === 'closed' ? 'firewall_closed' : 'firewall_unsure');
    case 'disconnected':
      if (firewall === 'closed') return finding('firewall_left_over');
      return left.length > 0
        ? finding('firewall_left_over', { detail: left.join(', ') })
        : finding('firewall_open');
    default:
      return state satisfies never;
  }
}
