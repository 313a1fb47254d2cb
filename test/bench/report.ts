import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, beside, median, type Figure } from './figure.ts';

const REGISTRATIONS = 10_000;
const ROUNDS = 3;
const dist = join(import.meta.dirname, '../../dist');

interface Run {
  readonly seconds: number;
  readonly megabytes: number;
}

/** `sanad report verify`, as a person types it, of a report with 10,000 registrations, each with a certificate of its own. */
export async function benchReport(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sanad-bench-report-'));
  try {
    execFileSync(process.execPath, [join(dist, 'bench-report.mjs'), folder, String(REGISTRATIONS)]);
    const runs: Run[] = [];
    for (let round = 0; round < ROUNDS; round++) runs.push(await verify(folder));
    const size = statSync(join(folder, 'report.json')).size / 1e6;
    return [
      atMost(
        '`sanad report verify`, 10,000 registrations',
        median(runs.map(({ seconds }) => seconds)),
        's',
        5,
      ),
      beside('its memory at most', Math.max(...runs.map(({ megabytes }) => megabytes)), 'MB'),
      beside('the report’s file', size, 'MB'),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function verify(folder: string): Promise<Run> {
  const words = ['report', 'verify', join(folder, 'report.json'), '--anchor', join(folder, 'anchor.json')];
  const started = performance.now();
  const child = spawn(process.execPath, [join(dist, 'sanad.cjs'), ...words], { stdio: 'ignore' });
  const over = once(child, 'exit');
  let megabytes = 0;
  while (child.exitCode === null && child.signalCode === null) {
    megabytes = Math.max(megabytes, peakOf(child.pid ?? 0));
    await Promise.race([over, sleep(20)]);
  }
  const seconds = (performance.now() - started) / 1000;
  if (child.exitCode !== 0) throw new Error('the bench’s own report is not genuine');
  return { seconds, megabytes };
}

/** The most that the process has had in memory so far; 0 once it is gone. */
function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
}
