import { effectivePolicy, type EffectivePolicy } from '#client/policy/effective-policy.ts';
import { policyInvalid } from '#client/policy/policy-problem.ts';
import { checkPolicy, type CheckedPolicyFile, type FileFault } from '#client/policy/policy-file.ts';
import type { PolicyOrigin } from '#shared/registration/compose-policy.ts';
import { policyKeys, policyKeyTexts } from '#shared/registration/policy-key.ts';
import type { Policy } from '#shared/registration/policy.ts';
import { bad, faint, good, problemLines, strong, type Answer, type Line } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';
import { wrap } from '../terminal/wrap.ts';

/** The policy in force, key by key, with where each value comes from. */
export async function policyShowCommand({ client, system, terminal }: Surroundings): Promise<Answer> {
  const effective = await effectivePolicy({ client, directory: system.policyDirectory });
  const { policy, origins, source, problem, isOutdated } = effective;
  const keys = policyKeys.map((key) => {
    const { meaning, stricter } = policyKeyTexts[key];
    return { key, value: policy[key], origin: origins[key], meaning, stricter };
  });
  return {
    json: { source, keys, problem, outdated: isOutdated },
    lines: [...keys.flatMap((one) => describeKey(one, terminal.columns)), ...notes(effective)],
  };
}

interface ShownKey {
  readonly key: string;
  readonly value: Policy[keyof Policy];
  readonly origin: PolicyOrigin;
  readonly meaning: string;
  readonly stricter: string;
}

function describeKey({ key, value, origin, meaning, stricter }: ShownKey, columns: number): readonly Line[] {
  const said = wrap(`${meaning} Stricter: ${stricter}.`, columns - 4);
  return [
    strong(`${key} = ${shown(key, value)}`),
    `    from: ${originText(origin)}`,
    ...said.map((line) => faint(`    ${line}`)),
  ];
}

function shown(key: string, value: Policy[keyof Policy]): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (typeof value !== 'number' || !key.endsWith('_seconds')) return String(value);
  return `${value} (${duration(value)})`;
}

/** In the largest unit that leaves nothing over. */
function duration(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
  ] as const;
  const fitting = units.find(([length]) => seconds > 0 && seconds % length === 0);
  return fitting === undefined ? `${seconds} s` : `${seconds / fitting[0]} ${fitting[1]}`;
}

function originText(origin: PolicyOrigin): string {
  switch (origin.kind) {
    case 'built_in':
      return 'built in';
    case 'file':
      return `file ${origin.file}`;
    case 'last_good':
      return 'the last policy that was valid, remembered by the service';
    case 'strictest':
      return 'the strictest there is, because no valid policy is remembered';
    default:
      return origin satisfies never;
  }
}

function notes({ source, problem, isOutdated }: EffectivePolicy): readonly Line[] {
  if (source === 'files') return ['', 'The service does not run; this is what it takes when it starts.'];
  if (problem !== null) return ['', ...problemLines(problem, 'Warning: ')];
  if (!isOutdated) return [];
  return ['', bad('The files say something else by now.'), strong('Next: sudo systemctl reload sanadd')];
}

/** Every fault of a file or of a whole folder, before the service sees it. */
export async function policyValidateCommand(
  { client, system }: Surroundings,
  named: string | undefined,
): Promise<Answer> {
  const path = named ?? system.policyDirectory;
  // What counts for this machine has to be root's; a draft may be anybody's.
  const isInForce = path === system.policyDirectory;
  const ownerUid = isInForce ? client.anchors.ownerUid : undefined;
  const { files, ignored } = await readable(checkPolicy({ path, ownerUid }));
  const count = files.flatMap(({ faults }) => faults).length;
  const rows = files.map(({ file, faults }) => ({ file, faults }));
  return {
    json: { files: rows, ignored },
    lines: [...files.flatMap(describeFile), ...ignored.map(ignoredLine), ...nothing(files)],
    ...(count === 0 ? {} : { problem: policyInvalid(count, { isInForce }) }),
  };
}

async function readable<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) {
      throw cliError('file_unreadable', { detail: String(cause.code), cause });
    }
    throw cause;
  }
}

function describeFile({ file, faults }: CheckedPolicyFile): readonly Line[] {
  if (faults.length === 0) return [good(`${file}: valid`)];
  return faults.map((fault) => bad(`${file}${place(fault)}: ${fault.reason} (${fault.code})`));
}

function place({ line }: FileFault): string {
  return line === null ? '' : `, line ${line}`;
}

function ignoredLine(name: string): Line {
  return faint(`${name}: not looked at, because its name does not end in .json`);
}

function nothing(files: readonly CheckedPolicyFile[]): readonly Line[] {
  return files.length === 0 ? ['There is no policy file here.'] : [];
}
