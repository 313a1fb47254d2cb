import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PAKISTAN, profileJson } from '#test/authority/profiles.ts';
import { evaluateProfile } from '#shared/registration/authority-profile/evaluate.ts';
import { readProfile, type AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import type { ProfileDocument } from '#shared/registration/authority-profile/profile-schema.ts';
import { atMost, beside, median, type Figure } from './figure.ts';

const FIELDS = 100;
const ROUNDS = 5;

/** What a person types: a number with blanks, addresses, and a text as long as it may be, in Urdu. */
const typed: Readonly<Record<string, string>> = {
  cnic: '۳۵۲۰۲-۱۲۳۴۵۶۷-۸',
  mobile_number: '0092 300 1234567',
  source_address: Array.from({ length: 8 }, (_, index) => `39.32.10.${index + 1}`).join(', '),
  purpose: 'دور سے کام '.repeat(45),
};

/**
 * The whole of an application judged anew after each keystroke: 100 fields of every kind that Pakistan's profile has, nearly
 * all filled in. In a process of its own that nothing else interrupts, where the machine allows that: one in a hundred
 * of something that takes a third of a millisecond is otherwise what else the machine does.
 */
export async function benchProfile(): Promise<Figure[]> {
  const { alone, times } = await timesAlone();
  return [
    atMost(`profile of ${FIELDS} fields judged after a keystroke, p99`, p99(times), 'ms', 2),
    beside('the same, p50', median(times), 'ms'),
    beside(`keystrokes, ${alone ? 'undisturbed' : 'while the machine did other things'}`, times.length, ''),
  ];
}

async function timesAlone(): Promise<{ readonly alone: boolean; readonly times: readonly number[] }> {
  const run = promisify(execFile);
  const options = { maxBuffer: 16 * 1024 * 1024 };
  try {
    const { stdout } = await run('chrt', ['-f', '10', process.execPath, import.meta.filename], options);
    return { alone: true, times: JSON.parse(stdout) as number[] };
  } catch {
    // No right to real-time priority here.
    const { stdout } = await run(process.execPath, [import.meta.filename], options);
    return { alone: false, times: JSON.parse(stdout) as number[] };
  }
}

function typeEverything(): readonly number[] {
  const profile = profileWith(FIELDS);
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { field } of profile.fields) {
      // The first round warms up: people type their first letters into a program that has just drawn itself.
      for (const time of keystrokes(profile, field.id)) if (round > 0) times.push(time);
    }
  }
  return times;
}

function p99(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}

/** Types a field's text letter by letter while every other field is filled in. */
function keystrokes(profile: AuthorityProfile, id: string): readonly number[] {
  const text = textOf(id);
  const fields = Object.fromEntries(profile.fields.map(({ field }) => [field.id, textOf(field.id)]));
  // A letter in five of a long one: all of them take the same, and the run is over sooner.
  const step = text.length > 100 ? 5 : 1;
  const times: number[] = [];
  for (let length = 1; length <= text.length; length += step) {
    fields[id] = text.slice(0, length);
    const started = performance.now();
    evaluateProfile(profile, { route: 'A', category: 'company', fields });
    times.push(performance.now() - started);
  }
  return times;
}

/** `purpose_17` is typed as `purpose`. */
function textOf(id: string): string {
  return typed[id.replace(/_\d+$/, '')] ?? 'Example Networks (Pvt) Ltd';
}

/** Pakistan's fields again and again, each with a name of its own, all of them asked. */
function profileWith(count: number): AuthorityProfile {
  const document = profileJson(PAKISTAN) as ProfileDocument;
  const fields = Array.from({ length: count }, (_, index) => {
    const { when: _when, ...field } = document.fields[index % document.fields.length] ?? fail();
    return { ...field, id: `${field.id}_${index}`.slice(0, 32) };
  });
  const route_finder = { ...document.route_finder, rules: [{ route: 'A', because: document.declaration }] };
  const cleared = { documents: [], letters: [], portal: null, channels: [{ kind: 'gateway' }], route_finder };
  return readProfile({ ...document, ...cleared, fields });
}

function fail(): never {
  throw new Error('a profile has a field');
}

if (import.meta.main) process.stdout.write(JSON.stringify(typeEverything()));
