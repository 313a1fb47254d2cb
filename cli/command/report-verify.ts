import { readAnchors } from '#client/anchor/read-anchors.ts';
import { nodePrimitives } from '#client/node-primitives.ts';
import { readReportFile } from '#client/report/report-file.ts';
import { parseAnchor } from '#shared/contract/anchor-file.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { grouped } from '#shared/report/paper-code.ts';
import { reportText } from '#shared/report/text/index.ts';
import { verifyReport } from '#shared/report/verify-report.ts';
import type { ReportVerdict } from '#shared/report/verdict.ts';
import { bad, good, strong, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeOperators, describeReport, reportJson } from '../terminal/describe-report.ts';
import { shortcomingOf } from './report-problem.ts';

interface VerifyRequest {
  readonly file: string;
  /** Paths of anchor files. */
  readonly anchors: readonly string[];
  /** Hex. */
  readonly fingerprints: readonly string[];
}

/** Says how far a report is proved, by what this machine and its user know. */
export async function reportVerifyCommand(
  { client }: Surroundings,
  { file, anchors: paths, fingerprints }: VerifyRequest,
): Promise<Answer> {
  const given = await Promise.all(paths.map(readAnchorFile));
  // Given by hand counts over joined: the person has just said so.
  const anchors = [...given, ...(await readAnchors(client.anchors))];
  const { text, sha256 } = await readReportFile(file);
  const verdict = verifyReport(text, { known: { anchors, fingerprints }, primitives: nodePrimitives });
  const problem = shortcomingOf(verdict);
  return {
    json: { ...reportJson(verdict), sha256 },
    lines: [
      headline(verdict),
      reportText.en[`conclusion_${verdict.conclusion}_more`],
      '',
      ...describeReport(verdict),
      '',
      ...describeOperators(verdict.operators),
      '',
      strong(`${reportText.en.sha256}, to compare with the paper:`),
      grouped(sha256),
    ],
    ...(problem === undefined ? {} : { problem }),
  };
}

function headline({ conclusion }: ReportVerdict): Line {
  const words = reportText.en[`conclusion_${conclusion}`];
  return conclusion === 'genuine' ? good(words) : bad(words);
}

async function readAnchorFile(path: string): Promise<Anchor> {
  return parseAnchor((await readReportFile(path)).text);
}
