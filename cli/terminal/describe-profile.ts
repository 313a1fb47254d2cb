import type { KnownProfile } from '#client/profile/known-profiles.ts';
import { deadlines } from '#shared/registration/authority-profile/deadline.ts';
import type {
  ProfileCondition,
  ProfileDocument,
  ProfileText,
} from '#shared/registration/authority-profile/profile-schema.ts';
import { inLanguage, type Language } from '#shared/text/language.ts';
import { profileMessages } from '#shared/text/profile/index.ts';
import { say, type MessageValues } from '#shared/text/say.ts';
import { faint, strong, type Line } from '../answer.ts';
import { day } from './words.ts';
import { wrap } from './wrap.ts';

type Message = keyof typeof profileMessages.en;

interface Speaker {
  readonly language: Language;
  readonly columns: number;
}

/** An authority's rules in plain words, with where they come from and who says so. */
export function describeProfile(
  known: KnownProfile,
  options: Speaker & { readonly today: string },
): readonly Line[] {
  const { document } = known.profile;
  const voice = voiceOf(options);
  return [
    ...head(known, voice),
    ...part(
      'ways',
      voice,
      document.routes.flatMap((route) => named(route.id, route, voice)),
    ),
    ...part('applicants', voice, applicants(document, voice)),
    ...part('fields', voice, asked(document.fields, document, voice)),
    ...part('documents', voice, asked(document.documents, document, voice)),
    ...part('procedure', voice, procedure(document, voice)),
    ...part('changes', voice, changes(document, voice)),
    ...part('deadlines', voice, deadlineLines(document, options.today, voice)),
    ...part('sources', voice, sources(document, voice)),
  ];
}

interface Voice {
  readonly say: (message: Message, values?: MessageValues) => string;
  readonly text: (text: ProfileText) => string;
  readonly comma: string;
  /** Indented, no wider than the terminal. */
  readonly lines: (text: string, indent?: number) => readonly string[];
}

function voiceOf({ language, columns }: Speaker): Voice {
  return {
    say: (message, values = {}) => say(profileMessages, language, { message, values }),
    text: (text) => inLanguage(text, language),
    comma: language === 'ur' ? '، ' : ', ',
    lines: (text, indent = 2) =>
      balanced(wrap(text, Math.max(20, columns - indent))).map((line) => ' '.repeat(indent) + line),
  };
}

/** What is isolated and reaches over a line's end is isolated anew on the next: no line turns another round. */
function balanced(lines: readonly string[]): readonly string[] {
  let open = 0;
  return lines.map((line) => {
    const begun = '\u2068'.repeat(open);
    open += line.split('\u2068').length - line.split('\u2069').length;
    return begun + line + '\u2069'.repeat(open);
  });
}

function part(message: Message, voice: Voice, lines: readonly Line[]): readonly Line[] {
  return lines.length === 0 ? [] : ['', strong(voice.say(message)), ...lines];
}

function head({ profile, origin, signedAt }: KnownProfile, voice: Voice): readonly Line[] {
  const { authority, maintainer, sources: read, portal } = profile.document;
  const verified = read.map((source) => source.verified).toSorted()[0] ?? '';
  const from =
    origin === null || signedAt === null
      ? voice.say('from_program')
      : voice.say('from_gateway', { origin, date: day(signedAt) });
  return [
    strong(voice.say('title', { authority: voice.text(authority.name) })),
    ...[
      voice.say('version', { reference: profile.reference }),
      from,
      voice.say('maintained', { name: maintainer.name, contact: maintainer.contact }),
      voice.say('verified', { date: verified }),
      ...(portal === null ? [] : [voice.say('portal', { name: voice.text(portal.name), url: portal.url })]),
    ].flatMap((line) => voice.lines(line, 0)),
  ];
}

function named(
  id: string,
  { name, summary }: { readonly name: ProfileText; readonly summary: ProfileText },
  voice: Voice,
): readonly Line[] {
  return [`  ${voice.text(name)}  (${id})`, ...voice.lines(voice.text(summary), 4).map(faint)];
}

function applicants({ categories }: ProfileDocument, voice: Voice): readonly Line[] {
  return categories.flatMap((category) => [
    ...named(`${category.id}: ${category.routes.join(', ')}`, category, voice),
    ...(category.fee === undefined
      ? []
      : voice.lines(voice.say('fee', { notice: voice.text(category.fee.notice) }), 4)),
  ]);
}

/** Fields and documents alike: a name, whether it is needed, and of whom. */
function asked(
  list: readonly {
    readonly id: string;
    readonly label: ProfileText;
    readonly level: 'required' | 'warn' | 'optional';
    readonly group?: string | undefined;
    readonly when?: ProfileCondition | undefined;
  }[],
  document: ProfileDocument,
  voice: Voice,
): readonly Line[] {
  return list.flatMap(({ id, label, level, group, when }) => {
    const where = whereOf(document, when, voice);
    const notes = [
      voice.say(level),
      ...(where === '' ? [] : [voice.say('only_where', { where })]),
      ...(group === undefined ? [] : [voice.say('one_of', { group })]),
    ];
    return [`  ${voice.text(label)}  (${id})`, ...voice.lines(notes.join('; '), 4).map(faint)];
  });
}

function whereOf({ routes, categories }: ProfileDocument, when: ProfileCondition | undefined, voice: Voice) {
  const ways = routes.filter(({ id }) => when?.routes?.includes(id) === true).map(({ id }) => id);
  const who = categories.filter(({ id }) => when?.categories?.includes(id) === true);
  return [ways, who.map(({ name }) => voice.text(name))]
    .filter((names) => names.length > 0)
    .map((names) => names.join(voice.comma))
    .join('; ');
}

function procedure({ procedure: steps, decision_time: time, validity }: ProfileDocument, voice: Voice) {
  return [
    ...steps.map(
      ({ label, who }, index) => `  ${index + 1}. ${voice.text(label)} (${voice.say(`by_${who}`)})`,
    ),
    ...voice.lines(
      time === null
        ? voice.say('time_unknown')
        : voice.say(`time_${time.unit}`, { least: time.least, most: time.most }),
    ),
    ...(time?.note === undefined ? [] : voice.lines(voice.text(time.note))),
    ...voice.lines(
      validity === null ? voice.say('valid_unknown') : voice.say('valid_days', { days: validity.days }),
    ),
  ];
}

function changes({ changes: list }: ProfileDocument, voice: Voice): readonly Line[] {
  return list.flatMap(({ label, needs, note }) => [
    `  ${voice.text(label)}: ${voice.say(`needs_${needs}`)}`,
    ...(note === undefined ? [] : voice.lines(voice.text(note), 4).map(faint)),
  ]);
}

function deadlineLines(document: ProfileDocument, today: string, voice: Voice): readonly Line[] {
  return deadlines({ document }, today).flatMap((deadline) => {
    const { daysLeft, date, title, source } = deadline;
    const values = { title: voice.text(title), days: daysLeft ?? 0, date: date ?? '', source: source.url };
    const message = daysLeft === null ? 'deadline_open' : daysLeft < 0 ? 'deadline_over' : 'deadline_left';
    return voice.lines(
      voice.say(message, { ...values, authority: voice.text(document.authority.short_name) }),
    );
  });
}

function sources({ sources: list }: ProfileDocument, voice: Voice): readonly Line[] {
  return list.flatMap(({ title, verified, url }) => [
    ...voice.lines(voice.say('source_line', { title: voice.text(title), date: verified })),
    faint(`    ${url}`),
  ]);
}
