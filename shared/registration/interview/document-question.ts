import type { Level, ProfileVerdict } from '../authority-profile/evaluate.ts';
import type { ProfileEvidence } from '../authority-profile/profile-schema.ts';
import type { AuthorityProfile } from '../authority-profile/read-profile.ts';
import { interviewMessages } from '../../text/interview/index.ts';
import { inLanguage } from '../../text/language.ts';
import { say } from '../../text/say.ts';
import type { FileSlot, Question } from './question.ts';
import type { Interview } from './state.ts';

/** Documents that one prompt asks for. */
export interface DocumentGroup {
  readonly name: string;
  readonly kinds: readonly ProfileEvidence[];
  /** The strictest among them. */
  readonly level: Level;
  /** Of a group of the profile one is enough. */
  readonly isOneEnough: boolean;
  readonly isMet: boolean;
}

/** Identity documents of one level are asked for together, and so are those of a group; every other one alone. */
export function documentGroups(
  { document }: AuthorityProfile,
  { documents: verdicts }: ProfileVerdict,
): readonly DocumentGroup[] {
  const byName = new Map<string, { evidence: ProfileEvidence; isMet: boolean }[]>();
  for (const { kind, isMet } of verdicts) {
    const evidence = document.documents.find(({ id }) => id === kind);
    if (evidence === undefined) continue;
    const name = groupName(evidence);
    byName.set(name, [...(byName.get(name) ?? []), { evidence, isMet }]);
  }
  return [...byName].map(([name, members]) => {
    const kinds = members.map(({ evidence }) => evidence);
    return {
      name,
      kinds,
      level: strictest(kinds),
      isOneEnough: kinds.every(({ group }) => group !== undefined),
      isMet: members.every(({ isMet }) => isMet),
    };
  });
}

function groupName({ id, group, stamped, level }: ProfileEvidence): string {
  if (group !== undefined) return group;
  return stamped === true ? `identity_${level}` : id;
}

function strictest(kinds: readonly ProfileEvidence[]): Level {
  const levels = new Set(kinds.map(({ level }) => level));
  return (['required', 'warn'] as const).find((level) => levels.has(level)) ?? 'optional';
}

export function documentQuestion({ language }: Interview, group: DocumentGroup): Question {
  const { name, kinds, level, isOneEnough } = group;
  const slots = kinds.map((kind) => slotOf(kind, language));
  const message = kinds.length === 1 ? 'document_one' : isOneEnough ? 'document_any' : 'document_all';
  const values = { documents: listed(slots, language) };
  // Said of each of several it is said once.
  const helps = new Set(slots.flatMap(({ help }) => help ?? []));
  return {
    id: `document.${name}`,
    kind: 'files',
    label: say(interviewMessages, language, { message, values }),
    help: [...helps].join(' ') || undefined,
    isOptional: level !== 'required',
    slots,
    isOneEnough,
  };
}

/** In quotes where there are several: names of documents have commas. */
function listed(slots: readonly FileSlot[], language: Interview['language']): string {
  const labels = slots.map(({ label }) => label);
  if (labels.length < 2) return labels.join('');
  return language === 'ur'
    ? labels.map((label) => `”${label}“`).join('، ')
    : labels.map((label) => `“${label}”`).join(', ');
}

function slotOf(evidence: ProfileEvidence, language: Interview['language']): FileSlot {
  const { id, label, help, at_most: atMost, max_bytes: maxBytes, content_types: contentTypes } = evidence;
  return {
    kind: id,
    label: inLanguage(label, language),
    help: help === undefined ? undefined : inLanguage(help, language),
    ...{ atMost, maxBytes, contentTypes },
    isStamped: evidence.stamped === true,
  };
}
