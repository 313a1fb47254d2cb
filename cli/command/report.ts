import { basename } from 'node:path';
import { printHtml } from '#client/print/print-html.ts';
import { isWithoutBrowser } from '#client/print/print-problem.ts';
import { makeReport, type MadeReport } from '#client/report/make-report.ts';
import { reportPaper } from '#client/report/paper.ts';
import { requireFree, writeReportFile } from '#client/report/report-file.ts';
import type { Problem } from '#shared/contract/problem.ts';
import type { ReportLanguage } from '#shared/report/text/index.ts';
import { faint, good, strong, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeReport, reportJson } from '../terminal/describe-report.ts';
import { withProgress } from '../terminal/progress.ts';
import { reportCommandError } from './report-problem.ts';

interface ReportRequest {
  readonly asOf: string | undefined;
  readonly out: string | undefined;
  readonly pdf: string | undefined;
  readonly language: ReportLanguage;
  readonly name: string | undefined;
}

/** Makes a report, shows what it says, and writes what was asked for. */
export async function reportCommand(surroundings: Surroundings, request: ReportRequest): Promise<Answer> {
  const { client, terminal } = surroundings;
  const { asOf, pdf, name = '' } = request;
  const out = request.out ?? (pdf === undefined ? undefined : `${pdf.replace(/\.pdf$/i, '')}.json`);
  for (const path of [out, pdf]) if (path !== undefined) await requireFree(path);
  const moment = asOf === undefined ? undefined : endOfDay(asOf, client.now());
  const subject = name.trim() === '' ? null : name.trim().slice(0, 200);
  const made = await withProgress(terminal, 'Collecting what proves it', () =>
    makeReport(client, { asOf: moment, subject }),
  );
  if (made.verdict.entries.length === 0) throw reportCommandError('report_empty');
  const written = out === undefined ? nothing : await write(surroundings, { made, request, out });
  const { problem } = written;
  return {
    json: { ...reportJson(made.verdict), sha256: made.sha256, files: written.files },
    lines: [...describeReport(made.verdict), ...written.lines],
    ...(problem === undefined ? {} : { problem }),
  };
}

/** The last second of the day, in the computer's time zone; undefined: that is now. */
function endOfDay(text: string, now: number): number | undefined {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const start = new Date(Number(year), Number(month) - 1, Number(day));
  // The 31st of February would be a day in March.
  const isDay = year !== '' && start.getMonth() === Number(month) - 1 && start.getDate() === Number(day);
  if (!isDay) throw reportCommandError('report_day_malformed');
  if (start.getTime() / 1000 > now) throw reportCommandError('report_day_ahead');
  const next = new Date(Number(year), Number(month) - 1, Number(day) + 1);
  const end = Math.floor(next.getTime() / 1000) - 1;
  return end > now ? undefined : end;
}

interface Written {
  readonly files: readonly string[];
  readonly lines: readonly Line[];
  /** Why there is no PDF. */
  readonly problem?: Problem;
}

const nothing: Written = {
  files: [],
  lines: [faint('Nothing was written. To hand it on: sanad report --out FILE.json --pdf FILE.pdf')],
};

interface Writing {
  readonly made: MadeReport;
  readonly request: ReportRequest;
  readonly out: string;
}

async function write(surroundings: Surroundings, { made, request, out }: Writing): Promise<Written> {
  await writeReportFile(out, made.text);
  const lines = [good(`Written: ${out}`), faint(`SHA-256 ${made.sha256}`)];
  const { pdf, language } = request;
  if (pdf === undefined) return { files: [out], lines };
  const paper = { verdict: made.verdict, language, file: basename(out), sha256: made.sha256 };
  const html = await reportPaper(paper);
  try {
    const printed = await withProgress(surroundings.terminal, 'Printing', () =>
      printHtml({ html, environment: process.env }),
    );
    await writeReportFile(pdf, printed);
    return { files: [out, pdf], lines: [...lines, good(`Written: ${pdf}`)] };
  } catch (cause) {
    if (!isWithoutBrowser(cause)) throw cause;
    return await writePage(html, { pdf, files: [out], lines, problem: cause.problem });
  }
}

/** Without a browser to print it, the page itself, for any browser. */
async function writePage(html: string, rest: Required<Written> & { readonly pdf: string }): Promise<Written> {
  const page = `${rest.pdf.replace(/\.pdf$/i, '')}.html`;
  await writeReportFile(page, html);
  const lines = [
    ...rest.lines,
    good(`Written: ${page}`),
    strong('There is no PDF yet: open that page in a browser and print it, or do what comes next.'),
  ];
  return { files: [...rest.files, page], lines, problem: rest.problem };
}
