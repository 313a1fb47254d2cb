import type { SanadError } from '#shared/contract/problem.ts';
import type { Closure } from '../../../core/closure.ts';
import type { FirewallPolicy } from '../../../core/firewall-policy.ts';
import { Lane } from '../../../lane.ts';
import { firewallFailed, type Firewall } from '../../../port/firewall.ts';
import { runCommand } from '../command.ts';
import { platformError } from '../platform-problem.ts';
import { compile } from './compile.ts';
import { runNftOnce } from './nft-once.ts';
import { NftSession } from './nft-session.ts';

interface NftablesOptions {
  /** Absolute paths of the programs, never looked up in PATH. */
  readonly nft?: string;
  readonly ip?: string | undefined;
  /** The firewall stands, but what waits for a neighbour may still leave. Tried again at the next change. */
  readonly onNotForgotten?: (problem: SanadError) => void;
}

/** The packet filter through nft. Needs CAP_NET_ADMIN and no other right. */
export function createNftablesFirewall(options: NftablesOptions = {}): Firewall {
  const { nft = '/usr/sbin/nft', ip, onNotForgotten } = options;
  const lane = new Lane();
  let session: NftSession | null = null;
  /** Nothing waits that it does not let out. null: open, or nobody can say. */
  let forgotten: Closure | null = null;

  async function carryOut(policy: FirewallPolicy): Promise<void> {
    const former = forgotten;
    try {
      const script = compile(policy);
      // What fails may have worked all the same.
      forgotten = null;
      if (!(await worksInSession(script))) await runNftOnce(nft, script);
    } catch (error) {
      throw firewallFailed(error);
    }
    if (policy.kind === 'closed') await forget(policy.closure, former);
  }

  /** Waited for, so that "closed" is not said before; but the firewall stands whatever becomes of it. */
  async function forget(closure: Closure, former: Closure | null): Promise<void> {
    try {
      if (closesMore(closure, former)) await forgetWaiting();
      forgotten = closure;
    } catch (cause) {
      onNotForgotten?.(platformError('forget_waiting_failed', { cause }));
    }
  }

  /**
   * Packets that were let out while it was open may still wait for a neighbour to be found, after every hook, and would
   * leave when it answers: a second later, behind a firewall that everybody was told is closed.
   */
  async function forgetWaiting(): Promise<void> {
    if (ip === undefined) return;
    const { code, stderr } = await runCommand(ip, ['neigh', 'flush', 'nud', 'incomplete']);
    if (code !== 0) throw new Error(`ip neigh flush: ${stderr}`);
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

/** A process is started only where it has to be: connecting waits for it. */
function closesMore(closure: Closure, former: Closure | null): boolean {
  if (former === null) return true;
  return former.kind !== 'everything' && JSON.stringify(former) !== JSON.stringify(closure);
}

/** nft takes `;` between statements, also after `}`. */
function asOneLine(script: string): string {
  return script.trimEnd().replaceAll('\n', '; ');
}
