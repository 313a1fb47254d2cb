import { gunzipSync, gzipSync } from 'node:zlib';
import type { VerifiedKeySet } from '#shared/registration/key-set.ts';
import type { VerifiedStatusList } from '#shared/registration/status-list.ts';
import { toConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import type { Attack, Trial } from './attack.ts';
import { anchorOf, keySetOf } from './issue.ts';
import { varyNothing } from './variation.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Members = Readonly<Record<string, Json>>;

/** An attempt as others read it: docs/protocol.md, "Vectors". */
export interface WrittenTrial {
  readonly name: string;
  /** null: it is accepted. */
  readonly code: string | null;
  readonly try: 'connect' | 'take_key_set' | 'take_status_list';
  readonly with: Members;
}

const SEED = 'sanad attack vector';

/** Every attack of the tables that JSON can say, and one attempt of each kind that succeeds; the same in each run. */
export async function writtenTrials(): Promise<readonly WrittenTrial[]> {
  varyNothing(`${SEED}: tables`);
  // Not before: the tables make keys when they are read.
  const { attackTables, fairTrials } = await import('./attack-tables.ts');
  const attacks = [...fairTrials, ...Object.values(attackTables).flat()];
  return attacks.flatMap((attack) => write(attack) ?? []);
}

function write({ name, code, prepare }: Pick<Attack, 'name' | 'prepare'> & { code: string | null }) {
  varyNothing(SEED);
  const trial = prepare();
  const { now, floor } = trial.options.clock;
  // A clock without a time cannot be said in JSON, nor met outside of a program's own mistakes.
  if (!Number.isFinite(now) || !Number.isFinite(floor)) return undefined;
  return { name, code, ...membersOf(trial) };
}

function membersOf(trial: Trial): Pick<WrittenTrial, 'try' | 'with'> {
  switch (trial.kind) {
    case 'connect':
      return { try: 'connect', with: connectMembers(trial.options) };
    case 'take_key_set': {
      const { text, anchor, stored, clock } = trial.options;
      const members = { text, anchor: asJson(anchor), stored: stored?.text ?? null, clock: { ...clock } };
      return { try: 'take_key_set', with: members };
    }
    case 'take_status_list': {
      const { text, keySet, stored, clock } = trial.options;
      return {
        try: 'take_status_list',
        with: listMembers(text, [keySet], stored ? [stored] : [], clock, stored?.uri),
      };
    }
    case 'deliver_status_list': {
      const { text, keySets, stored, clock } = trial.options;
      return { try: 'take_status_list', with: listMembers(text, keySets, [...stored.values()], clock) };
    }
  }
}

function connectMembers(options: Extract<Trial, { kind: 'connect' }>['options']): Members {
  const { certificate, configuration, deviceProof, keySets, statusLists, policy, clock } = options;
  const { continue_without_tunnel: _, ...weighed } = policy;
  return {
    clock: { ...clock },
    policy: weighed,
    key_sets: keySets.map(writeKeySet),
    status_lists: Object.fromEntries([...statusLists].map(([uri, list]) => [uri, writeList(list)])),
    certificate: certificate ?? null,
    configuration: asJson(toConfigurationMessage(configuration)),
    nonce: deviceProof.nonce ?? null,
    instance: deviceProof.instance,
    device_proof: deviceProof.text ?? null,
  };
}

function listMembers(
  text: string,
  keySets: readonly VerifiedKeySet[],
  stored: readonly VerifiedStatusList[],
  clock: { readonly now: number; readonly floor: number },
  asked?: string,
): Members {
  return {
    text,
    key_sets: keySets.map(writeKeySet),
    stored: stored.map(writeList),
    asked: asked ?? null,
    clock: { ...clock },
  };
}

/** Without its undefined members. */
function asJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function writeKeySet(keySet: VerifiedKeySet): Members {
  return { anchor: asJson(anchorOf(keySet)), text: keySet.text };
}

function writeList(list: VerifiedStatusList): Members {
  return { text: list.text, key_set: writeKeySet(keySetOf(list)) };
}

/** The file: what one attempt of a kind has, and of the others only what is different. */
export interface AttackVector {
  readonly about: string;
  readonly base: Readonly<Record<WrittenTrial['try'], Members>>;
  /** Others that succeed: whoever refuses them reads too strictly. */
  readonly accepted: readonly WrittenTrial[];
  readonly attacks: readonly WrittenTrial[];
}

export function condense(trials: readonly WrittenTrial[]): AttackVector {
  const baseOf = (kind: WrittenTrial['try']): Members => {
    const fair = trials.find((trial) => trial.try === kind && trial.code === null);
    if (fair === undefined) throw new Error(`nothing fair to compare ${kind} with`);
    return fair.with;
  };
  const base = {
    connect: baseOf('connect'),
    take_key_set: baseOf('take_key_set'),
    take_status_list: baseOf('take_status_list'),
  };
  const [accepted, attacks] = [
    trials.filter(isAnother(base)),
    trials.filter(({ code }) => code !== null),
  ].map((some) => some.map((trial) => ({ ...trial, with: difference(base[trial.try], trial.with) })));
  return { about: ABOUT, base, accepted: accepted ?? [], attacks: attacks ?? [] };
}

const ABOUT =
  'Attempts to pass the gate, and the code of the refusal that answers each. docs/protocol.md says how to read and to carry them out. Keys in it protect nothing. Written by test/vector/write.ts.';

function difference(base: Members, members: Members): Members {
  const changed = Object.entries(members).filter(([name, value]) => !same(base[name], value));
  return Object.fromEntries(changed.map(([name, value]) => [name, packed(value)]));
}

const same = (a: Json | undefined, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);
/** Beyond this a text is packed: it is there for its size. */
const LONG = 6000;

function packed(value: Json): Json {
  if (typeof value !== 'string' || value.length <= LONG) return value;
  return { gzip: gzipSync(value, { level: 9 }).toString('base64'), characters: value.length };
}

function isAnother(base: AttackVector['base']) {
  return (trial: WrittenTrial): boolean => trial.code === null && base[trial.try] !== trial.with;
}

/** The file again as whole attempts. */
export function expand(
  { base }: Pick<AttackVector, 'base'>,
  condensed: readonly WrittenTrial[],
): readonly WrittenTrial[] {
  return condensed.map((attack) => {
    const changed = Object.entries(attack.with).map(([name, value]) => [name, unpacked(value)] as const);
    return { ...attack, with: { ...base[attack.try], ...Object.fromEntries(changed) } };
  });
}

function unpacked(value: Json): Json {
  if (typeof value !== 'object' || value === null || !('gzip' in value)) return value;
  const { gzip } = value;
  if (typeof gzip !== 'string') throw new Error('packed otherwise');
  return gunzipSync(Buffer.from(gzip, 'base64')).toString();
}
