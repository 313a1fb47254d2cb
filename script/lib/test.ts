import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labImpossible } from '../../test/lab/enter.ts';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const total: Tally = { passed: 0, failed: 0, skipped: 0 };
const reports = mkdtempSync(join(tmpdir(), 'sanad-test-'));

/** Runs a command with its output shown; standard output can be collected instead. */
function run(command: readonly string[], { collect = false } = {}): Promise<{ code: number; out: string }> {
  const [file, ...words] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file ?? '', words, { stdio: ['ignore', collect ? 'pipe' : 'inherit', 'inherit'] });
    let out = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => (out += part));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, out }));
  });
}

function count(outcome: keyof Tally, amount = 1): void {
  total[outcome] += amount;
}

/** A check without cases of its own counts as one. */
async function check(name: string, command: readonly string[]): Promise<void> {
  console.log(`\n== ${name}`);
  count((await run(command)).code === 0 ? 'passed' : 'failed');
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numTotalTests: number;
  readonly success: boolean;
}

async function vitest(project: string, prefix: readonly string[] = []): Promise<void> {
  console.log(`\n== tests: ${project}`);
  const file = join(reports, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { code } = await run([...prefix, 'vitest', 'run', '--project', project, ...reporters]);
  const report = readReport(file);
  count('passed', report?.numPassedTests ?? 0);
  count('failed', report?.numFailedTests ?? 0);
  count('skipped', (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0));
  // A file that did not load, an error outside a test, or no test at all fails without a failed test.
  const silent = code !== 0 && (report?.numFailedTests ?? 0) === 0;
  if (silent || report === null || report.numTotalTests === 0) count('failed');
}

function readReport(file: string): VitestReport | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch (error) {
    console.error(`no report of the run: ${String(error)}`);
    return null;
  }
}

/** Each step of the story is a case. */
async function demo(story: string, language: string): Promise<void> {
  console.log(`\n== demo: the story "${story}" (${language})`);
  const words = ['--story', story, '--language', language, '--json'];
  const { code, out } = await run([...lab, 'node', 'test/lab/story/play.ts', ...words], { collect: true });
  const last = out.trim().split('\n').at(-1) ?? '';
  const seen = JSON.parse(last === '' ? '{"steps":[]}' : last) as { steps: readonly { ok: boolean }[] };
  const failed = seen.steps.filter((step) => !step.ok).length;
  count('passed', seen.steps.length - failed);
  count('failed', failed === 0 && code !== 0 ? 1 : failed);
}

const lab = ['node', 'test/lab/enter.ts'];
const started = performance.now();
await check('types, lint, format, layers', ['script/check', '--no-tests']);
await vitest('unit');
await vitest('integration');
const noLab = labImpossible();
if (noLab === null) {
  await vitest('lab', lab);
  await demo('main', 'en');
  await demo('freelancer', 'ur');
  await demo('portal', 'en');
} else {
  console.log(`\nWithout a lab, so without lab tests and demo. ${noLab}`);
  await vitest('lab');
  count('skipped');
}
rmSync(reports, { recursive: true, force: true });

console.log(`\n${Math.round((performance.now() - started) / 1000)} s`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
