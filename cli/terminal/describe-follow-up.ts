import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import type { UsualDecision } from '#shared/registration/authority-profile/decision-time.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { changesAfter, timelineOf, type TimelineRow } from '#shared/registration/follow-up/timeline.ts';
import { followUpMessages } from '#shared/text/follow-up/index.ts';
import { inLanguage, type Language } from '#shared/text/language.ts';
import { say, type MessageValues } from '#shared/text/say.ts';
import { faint, strong, type Line } from '../answer.ts';
import { padded } from './display-width.ts';
import { moment } from './words.ts';

export interface FollowUp {
  readonly view: RegistrationView;
  /** The tunnel's name, for what to type. */
  readonly tunnel: string;
  /** undefined: its rules are not on this computer. */
  readonly profile: AuthorityProfile | undefined;
  readonly usual: UsualDecision | null;
  readonly language: Language;
}

type Message = keyof typeof followUpMessages.en;

/** What happened and what is ahead, the usual time, and what a change needs. */
export function followUpLines(followUp: FollowUp): readonly Line[] {
  const { view, profile, usual, language } = followUp;
  const text = (message: Message, values: MessageValues = {}) =>
    say(followUpMessages, language, { message, values });
  const rows = timelineOf(view, profile);
  const aheadLabel = text('ahead');
  const width = Math.max(moment(view.submitted_at).length, aheadLabel.length);
  return [
    '',
    strong(text('timeline')),
    ...rows.map((row): Line => {
      const when = padded('at' in row ? moment(row.at) : aheadLabel, width);
      const line = `  ${when}  ${describe(row, followUp)}`;
      return row.kind === 'ahead' ? faint(line) : row.kind === 'now' ? strong(line) : line;
    }),
    ...(usual === null
      ? []
      : [faint(text('usual', { from: moment(usual.from), until: moment(usual.until) }))]),
    ...changeLines(followUp, text),
  ];
}

function describe(row: TimelineRow, { language, profile }: FollowUp): string {
  const authority = authorityName(profile, language);
  const text = (message: Message, values: MessageValues = {}) =>
    say(followUpMessages, language, { message, values });
  switch (row.kind) {
    case 'sent':
      return text('sent');
    case 'asked':
    case 'answered':
      return text(row.kind, { text: oneLine(row.text) });
    case 'now':
      return text(`now_${row.state}`, { authority });
    case 'ahead':
      return text(`by_${row.who}`, { step: inLanguage(row.label, language), authority });
    default:
      return row satisfies never;
  }
}

function changeLines(
  { view, tunnel, profile, language }: FollowUp,
  text: (message: Message, values?: MessageValues) => string,
): readonly Line[] {
  const changes = changesAfter(view, profile);
  if (changes.length === 0) return [];
  const authority = authorityName(profile, language);
  return [
    '',
    strong(text('changes')),
    ...changes.flatMap(({ label, needs, note }): readonly Line[] => [
      `  ${inLanguage(label, language)}: ${text(`needs_${needs}`, { authority })}`,
      ...(note === undefined ? [] : [faint(`    ${inLanguage(note, language)}`)]),
    ]),
    text('how_to_change', { name: tunnel }),
    text('how_to_withdraw', { name: tunnel }),
  ];
}

/** Where the rules are not here, their maker's name is not known. */
function authorityName(profile: AuthorityProfile | undefined, language: Language): string {
  if (profile !== undefined) return inLanguage(profile.document.authority.short_name, language);
  return language === 'ur' ? 'اتھارٹی' : 'the authority';
}

function oneLine(text: string): string {
  return text.split(/\s*\r?\n\s*/).join(' / ');
}
