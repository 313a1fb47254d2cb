import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '#test/lab/lab.ts';
import { must, registeredTunnel } from '#test/lab/story/registered.ts';
import { atMost, beside, type Figure } from './figure.ts';

const SECONDS = 60;
/** After start and first refresh. */
const SETTLE_SECONDS = 25;

interface Reading {
  readonly program: string;
  readonly pssMegabytes: number;
  readonly cpuSeconds: number;
  readonly wakeUps: number;
}

/** The bundled daemon and what it keeps: memory, time on the processor and wake-ups, idle and with a quiet tunnel. */
export async function benchIdle(lab: Lab): Promise<Figure[]> {
  const alice = await lab.admit('alice');
  await registeredTunnel(lab, alice, 'office', { dns: false });
  const daemon = lab.services.daemon.pid;
  await sleep(SETTLE_SECONDS * 1000);
  const idle = await observe(daemon);
  await must(alice, 'connect', 'office');
  await sleep(5000);
  const quiet = await observe(daemon);
  await must(alice, 'disconnect');
  return [
    atMost('memory of the daemon, idle (PSS)', idle.daemon.pssMegabytes, 'MB', 60),
    beside('the same with wireguard-go, the kept nft and the two kept ip', idle.all.pssMegabytes, 'MB'),
    atMost('processor time of the daemon, idle', (idle.daemon.cpuSeconds / SECONDS) * 100, '%', 0.1),
    beside('wake-ups of the daemon, idle', idle.daemon.wakeUps / SECONDS, '1/s'),
    beside('wake-ups of all of them, idle', idle.all.wakeUps / SECONDS, '1/s'),
    beside('memory of the daemon, with a quiet tunnel (PSS)', quiet.daemon.pssMegabytes, 'MB'),
    beside(
      'processor time of the daemon, with a quiet tunnel',
      (quiet.daemon.cpuSeconds / SECONDS) * 100,
      '%',
    ),
    beside('wake-ups of the daemon, with a quiet tunnel', quiet.daemon.wakeUps / SECONDS, '1/s'),
  ];
}

async function observe(daemon: number): Promise<{ readonly daemon: Reading; readonly all: Reading }> {
  const pids = [daemon, ...descendants(daemon)];
  const before = pids.map(read);
  await sleep(SECONDS * 1000);
  const after = pids.map(read);
  const spent = after.map((one, at) => ({
    ...one,
    cpuSeconds: one.cpuSeconds - (before[at]?.cpuSeconds ?? 0),
    wakeUps: one.wakeUps - (before[at]?.wakeUps ?? 0),
  }));
  const [first] = spent;
  if (first === undefined) throw new Error('there is no daemon');
  const sum = (of: (reading: Reading) => number): number => spent.reduce((total, one) => total + of(one), 0);
  const all = {
    program: spent.map(({ program }) => program).join(', '),
    pssMegabytes: sum(({ pssMegabytes }) => pssMegabytes),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    wakeUps: sum(({ wakeUps }) => wakeUps),
  };
  for (const { program, pssMegabytes, cpuSeconds, wakeUps } of spent)
    console.error(
      `bench: ${program}: ${pssMegabytes.toFixed(1)} MB, ${cpuSeconds.toFixed(3)} s, ${wakeUps} wake-ups`,
    );
  return { daemon: first, all };
}

function descendants(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const children = text === '' ? [] : text.split(' ').map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Over all threads: the runtime's own included. */
function read(pid: number): Reading {
  const at = `/proc/${pid}`;
  const pss = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`${at}/smaps_rollup`, 'utf8'))?.[1] ?? 'NaN';
  let nanoseconds = 0;
  let wakeUps = 0;
  for (const task of readdirSync(`${at}/task`)) {
    nanoseconds += Number(readFileSync(`${at}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    const status = readFileSync(`${at}/task/${task}/status`, 'utf8');
    wakeUps += Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1] ?? 'NaN');
  }
  const [program = ''] = readFileSync(`${at}/cmdline`, 'utf8').split('\0');
  return {
    program: basename(program),
    pssMegabytes: Number(pss) / 1024,
    cpuSeconds: nanoseconds / 1e9,
    wakeUps,
  };
}
