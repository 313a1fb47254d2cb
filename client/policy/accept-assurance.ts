import { join } from 'node:path';
import { SanadError } from '#shared/contract/problem.ts';
import { composePolicy, type PolicyOrigin } from '#shared/registration/compose-policy.ts';
import type { AcceptableAssurance, PolicyFile, RecordedAct } from '#shared/registration/policy.ts';
import { writeAtomically } from '../file/atomic-file.ts';
import { checkPolicy } from './policy-file.ts';
import { policyError, policyInvalid } from './policy-problem.ts';

/** After a distribution's and an office's, before a managed one, which so has the last word. */
export const ACCEPTED_ASSURANCE_FILE = '50-accepted-assurance.json';
/** The oldest go first; a file has an end. */
const MOST_ACTS = 200;

export interface AcceptanceAct {
  readonly act: RecordedAct['act'];
  readonly assurance: AcceptableAssurance;
}

interface Place {
  /** e.g. /etc/sanad/policy.d */
  readonly directory: string;
  /** Whose the files have to be: root's, but in tests. */
  readonly ownerUid: number;
}

/** What an act would write, worked out before anybody is asked. */
export interface PlannedAcceptance {
  /** null: it is so already, and there is nothing to write. */
  readonly content: PolicyFile | null;
  /** Why what it asks for is so already. */
  readonly origin: PolicyOrigin;
}

interface NamedFile {
  readonly name: string;
  readonly content: PolicyFile;
}

/**
 * Has an assurance open the gate on this machine, or no longer. Throws where it would have no effect: where a later
 * file says otherwise, or where any file has a fault, because then none of them is in force.
 */
export async function planAcceptance(
  place: Place,
  { act, assurance, now }: AcceptanceAct & { readonly now: number },
): Promise<PlannedAcceptance> {
  const files = await soundFiles(place);
  const own = files.find(({ name }) => name === ACCEPTED_ASSURANCE_FILE)?.content ?? {};
  const also = new Set(own.also_accepted_assurances);
  const before = composePolicy(files);
  const isAccepted = before.policy.accepted_assurances.includes(assurance);
  // Refused by a later file alone, this one's consent would come back with that file's end: it is taken away, too.
  const isSo = act === 'accept' ? isAccepted : !isAccepted && !also.has(assurance);
  if (isSo) return { content: null, origin: originOf(before) };
  if (act === 'accept') also.add(assurance);
  else also.delete(assurance);
  const content: PolicyFile = {
    ...own,
    also_accepted_assurances: [...also],
    recorded_acts: [...(own.recorded_acts ?? []), { at: timeText(now), act, assurance }].slice(-MOST_ACTS),
  };
  requireEffect(composePolicy(withOwn(files, content)), { act, assurance });
  return { content, origin: { kind: 'file', file: ACCEPTED_ASSURANCE_FILE } };
}

/** Root's, readable by everybody, whole or not at all. */
export async function writeAcceptance({ directory }: Place, content: PolicyFile): Promise<string> {
  const path = join(directory, ACCEPTED_ASSURANCE_FILE);
  const text = `${JSON.stringify(content, null, 2)}\n`;
  await writeAtomically(path, text, { mode: 0o644, directoryMode: 0o755 });
  return path;
}

async function soundFiles({ directory, ownerUid }: Place): Promise<readonly NamedFile[]> {
  const { files } = await checkPolicy({ path: directory, ownerUid });
  const faults = files.flatMap((one) => one.faults);
  if (faults.length > 0) throw new SanadError(policyInvalid(faults.length, { isInForce: true }));
  return files.flatMap(({ file: name, content }) => (content === undefined ? [] : [{ name, content }]));
}

/** In lexical order, as the service reads them. */
function withOwn(files: readonly NamedFile[], content: PolicyFile): readonly NamedFile[] {
  const others = files.filter(({ name }) => name !== ACCEPTED_ASSURANCE_FILE);
  const earlier = others.filter(({ name }) => name < ACCEPTED_ASSURANCE_FILE);
  const later = others.filter(({ name }) => name > ACCEPTED_ASSURANCE_FILE);
  return [...earlier, { name: ACCEPTED_ASSURANCE_FILE, content }, ...later];
}

type Composed = ReturnType<typeof composePolicy>;

function requireEffect(composed: Composed, { act, assurance }: AcceptanceAct): void {
  const isAccepted = composed.policy.accepted_assurances.includes(assurance);
  if (isAccepted === (act === 'accept')) return;
  const origin = originOf(composed);
  const file = origin.kind === 'file' ? `${origin.file}, accepted_assurances` : undefined;
  throw policyError(act === 'accept' ? 'assurance_forbidden' : 'assurance_still_accepted', file);
}

function originOf({ origins }: Composed): PolicyOrigin {
  return origins.accepted_assurances;
}

function timeText(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z');
}
