import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodeFlagsOf, readUnit } from '#test/packaging/unit-file.ts';
import { atMost, type Figure } from './figure.ts';
import type { VerifyTimes } from './verify-driver.ts';

/** The gate alone, in a warm process with the flags that the daemon runs with: no socket, no disk. */
export async function benchVerify(): Promise<Figure[]> {
  const program = join(import.meta.dirname, '../../dist/bench-verify.mjs');
  const words = [...nodeFlagsOf(readUnit('sanadd.service')), program];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  const { single, withList } = JSON.parse(stdout) as VerifyTimes;
  return [
    atMost('verifyRegistration, certificate and proof, p50', single, 'ms', 0.8),
    atMost('the same with a new list of 1,000,000, p50', withList, 'ms', 6),
  ];
}
