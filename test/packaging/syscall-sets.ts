import { execFileSync } from 'node:child_process';
import type { UnitFile } from './unit-file.ts';

/** The system calls that a unit's SystemCallFilter= refuses, of all that systemd knows. */
export function refusedCalls(unit: UnitFile): readonly string[] {
  const sets = readSets();
  const allowed = new Set<string>();
  for (const word of joinedWords(unit)) {
    const isDenied = word.startsWith('~');
    for (const call of callsOf(sets, isDenied ? word.slice(1) : word)) {
      if (isDenied) allowed.delete(call);
      else allowed.add(call);
    }
  }
  return [...callsOf(sets, '@known')].filter((call) => !allowed.has(call));
}

/** "~@a @b" denies both: systemd.exec(5) has the tilde count for the whole line. */
function joinedWords(unit: UnitFile): readonly string[] {
  let isDenied = false;
  return unit.words('SystemCallFilter').map((word) => {
    if (word.startsWith('~')) isDenied = true;
    return isDenied && !word.startsWith('~') ? `~${word}` : word;
  });
}

type Sets = ReadonlyMap<string, readonly string[]>;

function readSets(): Sets {
  const text = execFileSync('systemd-analyze', ['syscall-filter', '--no-pager'], {
    encoding: 'utf8',
    // Without a tracing file system it complains that it cannot compare with the kernel's own list.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const sets = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text.split('\n')) {
    const word = line.trim();
    if (word === '' || word.startsWith('#')) continue;
    if (!line.startsWith(' ')) sets.set(word, (current = []));
    else current.push(word);
  }
  return sets;
}

function callsOf(sets: Sets, word: string): ReadonlySet<string> {
  if (!word.startsWith('@')) return new Set([word]);
  const members = sets.get(word);
  if (members === undefined) throw new Error(`systemd knows no ${word}`);
  return new Set(members.flatMap((member) => [...callsOf(sets, member)]));
}
