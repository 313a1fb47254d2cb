import type { ProfileCondition, ProfileDocument } from './profile-schema.ts';

/** What a profile says of itself that does not fit together, as paths and names of its own; empty: it fits. */
export function findProfileFaults(profile: ProfileDocument): readonly string[] {
  return [
    ...languageFaults(profile),
    ...doubledNames(profile),
    ...categoryFaults(profile),
    ...fieldFaults(profile),
    ...documentFaults(profile),
    ...routeFinderFaults(profile),
    ...letterFaults(profile),
    ...sourceFaults(profile),
    ...timeFaults(profile),
    ...channelFaults(profile),
    ...portalFaults(profile),
  ];
}

/** A text is an object whose members are languages; it is found wherever one is written. */
function languageFaults(profile: ProfileDocument): string[] {
  const { languages } = profile;
  if (!languages.includes('en')) return ['languages: English is not among them'];
  return textsOf(profile, '').flatMap(({ path, text }) => {
    const missing = languages.find((language) => !Object.hasOwn(text, language));
    const foreign = Object.keys(text).find((language) => !languages.includes(language));
    if (missing !== undefined) return [`${path}: no text in ${missing}`];
    return foreign === undefined ? [] : [`${path}: a text in ${foreign}, which is none of the languages`];
  });
}

interface FoundText {
  readonly path: string;
  readonly text: object;
}

/** Every text has English (the schema knows no other object with a member `en`). */
function textsOf(value: unknown, path: string): FoundText[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value) && isText(value)) return [{ path, text: value }];
  return Object.entries(value).flatMap(([name, member]) =>
    textsOf(member, path === '' ? name : `${path}.${name}`),
  );
}

/** Members by language: all strings, and named as languages are. */
function isText(value: object): boolean {
  const members = Object.entries(value);
  const isLanguage = (name: string) => /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(name);
  return (
    members.length > 0 &&
    members.every(([name, member]) => isLanguage(name) && typeof member === 'string') &&
    !('id' in value)
  );
}

function doubledNames(profile: ProfileDocument): string[] {
  const lists = [
    'sources',
    'routes',
    'categories',
    'fields',
    'documents',
    'procedure',
    'deadlines',
    'letters',
    'changes',
  ] as const;
  const named = lists.map((list) => [list, profile[list].map(({ id }) => id)] as const);
  const questions = ['route_finder.questions', profile.route_finder.questions.map(({ id }) => id)] as const;
  return [...named, questions].flatMap(([list, ids]) => {
    const doubled = ids.find((id, index) => ids.indexOf(id) !== index);
    return doubled === undefined ? [] : [`${list}: ${doubled} stands twice`];
  });
}

function categoryFaults({ categories, routes, sources }: ProfileDocument): string[] {
  return categories.flatMap(({ id, routes: named, fee }) => [
    ...unknownIn(`categories.${id}.routes`, named, ids(routes)),
    ...(fee === undefined ? [] : unknownIn(`categories.${id}.fee.source`, [fee.source], ids(sources))),
  ]);
}

function fieldFaults(profile: ProfileDocument): string[] {
  return profile.fields.flatMap((field) => {
    const path = `fields.${field.id}`;
    const { kind, choices, least = 0, most = Infinity } = field;
    return [
      ...conditionFaults(profile, field.when, path),
      ...((kind === 'choice') === (choices !== undefined) ? [] : [`${path}: choices and kind do not fit`]),
      ...(least <= most ? [] : [`${path}: least is above most`]),
      ...(kind === 'identifier' || (field.strip ?? field.rewrite ?? field.display) === undefined
        ? []
        : [`${path}: only an identifier is rewritten`]),
    ];
  });
}

function documentFaults(profile: ProfileDocument): string[] {
  return profile.documents.flatMap(({ id, when }) => conditionFaults(profile, when, `documents.${id}`));
}

function conditionFaults(
  profile: ProfileDocument,
  when: ProfileCondition | undefined,
  path: string,
): string[] {
  if (when === undefined) return [];
  return [
    ...unknownIn(`${path}.when.routes`, when.routes ?? [], ids(profile.routes)),
    ...unknownIn(`${path}.when.categories`, when.categories ?? [], ids(profile.categories)),
    ...(when.field === undefined ? [] : answerFaults(profile, when.field, path)),
  ];
}

/** A field may depend on a choice before it alone: so there is no circle. */
function answerFaults(
  { fields }: ProfileDocument,
  { id, is }: NonNullable<ProfileCondition['field']>,
  path: string,
): string[] {
  const asked = fields.find((field) => field.id === id);
  if (asked?.choices === undefined) return [`${path}.when.field: ${id} is no choice`];
  const own = fields.findIndex((field) => `fields.${field.id}` === path);
  if (own !== -1 && fields.indexOf(asked) >= own) return [`${path}.when.field: ${id} comes later`];
  return unknownIn(`${path}.when.field`, is, ids(asked.choices));
}

function routeFinderFaults({
  route_finder: { questions, rules },
  routes,
  letters,
}: ProfileDocument): string[] {
  const last = rules.at(-1);
  const isOpen = last?.answers === undefined && last?.address === undefined;
  return [
    ...questions.flatMap(({ id, when }, index) =>
      answersFaults(`route_finder.questions.${id}.when`, when, questions.slice(0, index)),
    ),
    ...rules.flatMap((rule, index) => {
      const path = `route_finder.rules.${index}`;
      return [
        ...answersFaults(`${path}.answers`, rule.answers, questions),
        ...(rule.route === null ? [] : unknownIn(`${path}.route`, [rule.route], ids(routes))),
        ...(rule.letter === undefined ? [] : unknownIn(`${path}.letter`, [rule.letter], ids(letters))),
      ];
    }),
    ...(isOpen ? [] : ['route_finder.rules: the last one has a condition']),
  ];
}

function answersFaults(
  path: string,
  answers: Readonly<Record<string, readonly string[]>> | undefined,
  questions: ProfileDocument['route_finder']['questions'],
): string[] {
  return Object.entries(answers ?? {}).flatMap(([question, named]) => {
    const asked = questions.find(({ id }) => id === question);
    if (asked === undefined) return [`${path}: ${question} is no question before it`];
    return unknownIn(`${path}.${question}`, named, ids(asked.choices));
  });
}

function letterFaults(profile: ProfileDocument): string[] {
  const known = [...ids(profile.fields), ...endpointParts, 'today'];
  return profile.letters.flatMap(({ id, when, subject, body }) => [
    ...conditionFaults(profile, when, `letters.${id}`),
    ...[...Object.values(subject), ...Object.values(body)].flatMap((message) =>
      messageFaults(`letters.${id}`, message, known),
    ),
  ]);
}

/** Plain arguments alone: whatever else stands in braces fails only when the letter is written. */
function messageFaults(path: string, message: string, known: readonly string[]): string[] {
  const named = [...message.matchAll(/\{([a-z][a-z0-9_]*)\}/g)].map(([, name = '']) => name);
  const rest = message.replace(/\{[a-z][a-z0-9_]*\}/g, '');
  return [
    ...unknownIn(path, named, known),
    ...(/[{}]/.test(rest) ? [`${path}: a brace that is no argument`] : []),
  ];
}

function sourceFaults({
  deadlines,
  exempt_providers,
  decision_time,
  validity,
  sources,
}: ProfileDocument): string[] {
  const named = [
    ...deadlines.map(({ source }) => source),
    ...exempt_providers.map(({ source }) => source),
    ...[decision_time, validity].flatMap((fact) => (fact === null ? [] : [fact.source])),
  ];
  return unknownIn('source', named, ids(sources));
}

function timeFaults({ decision_time, procedure, calendar, deadlines }: ProfileDocument): string[] {
  return [
    ...(decision_time === null ? [] : unknownIn('decision_time.from', [decision_time.from], ids(procedure))),
    ...(decision_time === null || decision_time.least <= decision_time.most
      ? []
      : ['decision_time: least is above most']),
    ...(isTimeZone(calendar.time_zone) ? [] : ['calendar: there is no such time zone']),
    ...(calendar.opens < calendar.closes ? [] : ['calendar: it closes before it opens']),
    ...deadlines.flatMap(({ id, date, announced }) =>
      date === null || announced === null || announced <= date
        ? []
        : [`deadlines.${id}: over before it was announced`],
    ),
  ];
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    // It says so by throwing, and nothing else.
    return false;
  }
}

/** An endpoint's parts are no fields, but portals ask for them. */
const endpointParts = ['endpoint_host', 'endpoint_port', 'endpoint_public_key'];

function channelFaults({ channels, portal }: ProfileDocument): string[] {
  const kinds = channels.map(({ kind }) => kind);
  const doubled = kinds.find((kind, index) => kinds.indexOf(kind) !== index);
  return [
    ...(doubled === undefined ? [] : [`channels: ${doubled} stands twice`]),
    ...(kinds.includes('portal') === (portal !== null) ? [] : ['portal: it and channels do not fit']),
    ...channels.flatMap(({ kind, address }) =>
      (kind === 'email') === (address !== undefined) ? [] : [`channels: ${kind} and address do not fit`],
    ),
  ];
}

function portalFaults({ portal, fields }: ProfileDocument): string[] {
  const known = [...ids(fields), ...endpointParts];
  return unknownIn('portal.form', portal?.form.map(({ field }) => field) ?? [], known);
}

function ids(list: readonly { readonly id: string }[]): readonly string[] {
  return list.map(({ id }) => id);
}

function unknownIn(path: string, named: readonly string[], known: readonly string[]): string[] {
  return named.filter((name) => !known.includes(name)).map((name) => `${path}: there is no ${name}`);
}
