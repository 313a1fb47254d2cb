import { policyFileKeys, policyFileKeyTexts } from './policy-key.ts';
import { policyFileOnlySchema, policySchema, type PolicyFileKey } from './policy.ts';

const valueSchemas = { ...policySchema.shape, ...policyFileOnlySchema.shape };

/** One thing that is wrong with a policy file. Any of them has the whole file refused. */
export interface PolicyFault {
  /** Counted from 1. */
  readonly line: number;
  readonly key: string | null;
  readonly code: PolicyFaultCode;
  readonly reason: string;
}

export type PolicyFaultCode =
  'not_json' | 'not_an_object' | 'member_twice' | 'key_unknown' | 'value_not_allowed';

const MAX_SHOWN_NAME = 64;

/** Everything that is wrong with a policy file's text; nothing exactly where `parsePolicy` takes it. */
export function policyFaults(text: string): readonly PolicyFault[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return [syntaxFault(text, cause)];
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const reason = 'A policy file is one JSON object: { … }.';
    return [{ line: 1, key: null, code: 'not_an_object', reason }];
  }
  const members = membersOf(text);
  return members.flatMap((member) =>
    faultsOf(member, Object.getOwnPropertyDescriptor(value, member.name)?.value),
  );
}

interface Member {
  readonly name: string;
  readonly line: number;
  readonly isOutermost: boolean;
  /** An earlier member of the same object has the name. */
  readonly isDoubled: boolean;
}

function faultsOf({ name, line, isOutermost, isDoubled }: Member, value: unknown): readonly PolicyFault[] {
  const key = name.slice(0, MAX_SHOWN_NAME);
  const fault = (code: PolicyFaultCode, reason: string): readonly PolicyFault[] => [
    { line, key, code, reason },
  ];
  // Of two values one reader takes the first and another the last.
  if (isDoubled) return fault('member_twice', `"${key}" stands here a second time.`);
  if (!isOutermost) return [];
  if (!isPolicyKey(name)) {
    return fault('key_unknown', `There is no "${key}". The keys are: ${policyFileKeys.join(', ')}.`);
  }
  if (valueSchemas[name].safeParse(value).success) return [];
  return fault('value_not_allowed', `"${name}" takes ${policyFileKeyTexts[name].allowed}.`);
}

function isPolicyKey(name: string): name is PolicyFileKey {
  return policyFileKeys.some((key) => key === name);
}

/** V8 names the position of most faults; one without is that the text ends too soon. */
function syntaxFault(text: string, cause: unknown): PolicyFault {
  const said = cause instanceof Error ? cause.message : '';
  const [, position] = /\bposition (\d+)/.exec(said) ?? [];
  const line = lineOf(text, position === undefined ? text.trimEnd().length : Number(position));
  const reason = 'It is not JSON here: a comma, quote or bracket is missing or too many.';
  return { line, key: null, code: 'not_json', reason };
}

/** The members of every object of a text that is JSON, in their order. */
function membersOf(text: string): readonly Member[] {
  const members: Member[] = [];
  const objects: (Set<string> | null)[] = [];
  // Strings whole, so that a bracket in one is none.
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === '{') objects.push(new Set());
    else if (token === '[') objects.push(null);
    else if (token === '}' || token === ']') objects.pop();
    else if (/^\s*:/.test(text.slice(index + token.length))) {
      const name = String(JSON.parse(token));
      const names = objects.at(-1);
      const isDoubled = names?.has(name) ?? false;
      names?.add(name);
      members.push({ name, line: lineOf(text, index), isOutermost: objects.length === 1, isDoubled });
    }
  }
  return members;
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
