import type { FirewallPolicy } from '../../../core/firewall-policy.ts';
import { Lane } from '../../../lane.ts';
import { firewallFailed, type Firewall } from '../../../port/firewall.ts';
import { runCommand } from '../command.ts';
import { compile } from './compile.ts';
import { runNftOnce } from './nft-once.ts';
import { NftSession } from './nft-session.ts';

interface NftablesOptions {
  /** Absolute paths of the programs, never looked up in PATH. */
  readonly nft?: string;
  readonly ip?: string | undefined;
}

/** The packet filter through nft. Needs CAP_NET_ADMIN and no other right. */
export function createNftablesFirewall({ nft = '/usr/sbin/nft', ip }: NftablesOptions = {}): Firewall {
  const lane = new Lane();
  let session: NftSession | null = null;
  let isClosed = false;

  async function carryOut(policy: FirewallPolicy): Promise<void> {
    try {
      const script = compile(policy);
      if (!(await worksInSession(script))) await runNftOnce(nft, script);
      if (policy.kind === 'closed' && !isClosed) await forgetWaiting();
      isClosed = policy.kind === 'closed';
    } catch (error) {
      throw firewallFailed(error);
    }
  }

  /**
   * Packets that were let out while it was open may still wait for a neighbour to be found, after every hook, and would
   * leave when it answers: a second later, behind a firewall that everybody was told is closed.
   */
  async function forgetWaiting(): Promise<void> {
    if (ip !== undefined) await runCommand(ip, ['neigh', 'flush', 'nud', 'incomplete']);
  }

  /** false: it did not work, or nobody can say whether it did; the whole policy once more does no harm. */
  async function worksInSession(script: string): Promise<boolean> {
    if (session?.isUsable !== true) session = new NftSession(nft);
    try {
      return (await session.run(asOneLine(script))) === '';
    } catch {
      // Waited for, so that it cannot carry out the line after the process that now does.
      await session.end();
      return false;
    }
  }

  return {
    apply: (policy) => lane.run(() => carryOut(policy)),
    reset: () => lane.run(() => carryOut({ kind: 'open' })),
    close: () =>
      lane.run(async () => {
        await session?.end();
        session = null;
      }),
  };
}

/** nft takes `;` between statements, also after `}`. */
function asOneLine(script: string): string {
  return script.trimEnd().replaceAll('\n', '; ');
}
