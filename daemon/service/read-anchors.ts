import { ANCHOR_FILE_SUFFIX, MAX_ANCHOR_BYTES, parseAnchorFile } from '#shared/contract/anchor-file.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import type { Problem } from '#shared/contract/problem.ts';
import { problemOf } from './service-problem.ts';
import { readTrustedFiles } from './trusted-directory.ts';

export interface AnchorReading {
  readonly anchors: readonly Anchor[];
  /** Why one of the files is not used. null: all are. */
  readonly problem: Problem | null;
}

/** The trust anchors as the administrator installed them. One that is not trustworthy is left out, and said. */
export async function readAnchors(source: {
  readonly path: string;
  readonly ownerUid: number;
}): Promise<AnchorReading> {
  const anchors: Anchor[] = [];
  let problem: Problem | null = null;
  const files = { ...source, suffix: ANCHOR_FILE_SUFFIX, maxBytes: MAX_ANCHOR_BYTES };
  for (const file of await readTrustedFiles(files)) {
    try {
      if ('cause' in file) throw file.cause;
      anchors.push(parseAnchorFile(file.text, file.name));
    } catch (cause) {
      problem = named(problemOf(cause), file.name);
    }
  }
  return { anchors, problem };
}

function named(problem: Problem, file: string): Problem {
  return { ...problem, reason: `${problem.reason} (${file})` };
}
