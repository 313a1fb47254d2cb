import { reportError } from '#shared/report/report-problem.ts';
import { MAX_REPORT_CHARACTERS } from '#shared/report/report-schema.ts';
import type { KnownKeys } from '#shared/report/proof.ts';
import type { ReportVerdict } from '#shared/report/verdict.ts';
import { reportVerification } from '#shared/report/verify-report.ts';
import { browserPrimitives } from './primitives.ts';

/** So long the page does not answer a click. */
const SLICE_MILLISECONDS = 40;

export interface ReadFile {
  readonly text: string;
  /** In hex. */
  readonly sha256: string;
}

export async function readFile(file: File): Promise<ReadFile> {
  if (file.size > MAX_REPORT_CHARACTERS) throw reportError('report_too_large');
  const bytes = new Uint8Array(await file.arrayBuffer());
  const sha256 = Array.from(browserPrimitives.sha256(bytes), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), sha256 };
  } catch {
    throw reportError('report_malformed');
  }
}

/** Verifies in slices, so that the page stays alive. */
export async function check(
  { text }: ReadFile,
  known: KnownKeys,
  onProgress: (count: number) => void,
): Promise<ReportVerdict> {
  const verification = reportVerification(text, { known, primitives: browserPrimitives });
  for (;;) {
    const until = performance.now() + SLICE_MILLISECONDS;
    let count = 0;
    while (performance.now() < until) {
      const step = verification.next();
      if (step.done === true) return step.value;
      count = step.value;
    }
    onProgress(count);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
