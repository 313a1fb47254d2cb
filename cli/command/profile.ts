import { findAnchor, readAnchors } from '#client/anchor/read-anchors.ts';
import { currentProfiles, profileNamed, type KnownProfile } from '#client/profile/known-profiles.ts';
import { updateProfiles, type ProfileUpdate } from '#client/profile/update-profiles.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import { inLanguage, type Language } from '#shared/text/language.ts';
import { faint, good, problemLines, strong, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeProfile } from '../terminal/describe-profile.ts';
import { day } from '../terminal/words.ts';

interface Wanted {
  /** The gateway's name; its word comes first. */
  readonly gateway: string | undefined;
  readonly language: Language;
}

export async function profileListCommand({ client }: Surroundings, wanted: Wanted): Promise<Answer> {
  const known = await currentProfiles(client, await originOf(client.anchors, wanted.gateway));
  return {
    json: { profiles: known.map(summary) },
    lines: known.flatMap((one) => listed(one, wanted.language)),
  };
}

export async function profileShowCommand(
  { client, terminal }: Surroundings,
  { named, gateway, language }: Wanted & { readonly named: string | undefined },
): Promise<Answer> {
  const origin = await originOf(client.anchors, gateway);
  const shown =
    named === undefined ? await currentProfiles(client, origin) : [await profileNamed(client, named, origin)];
  const { columns } = terminal;
  const today = day(client.now());
  return {
    json: { profiles: shown.map((one) => ({ ...summary(one), document: one.profile.document })) },
    lines: shown.flatMap((one, index) => [
      ...(index === 0 ? [] : ['']),
      ...describeProfile(one, { language, columns, today }),
    ]),
  };
}

/** Of one joined gateway or of all. One that cannot be asked keeps the others from nothing. */
export async function profileUpdateCommand(
  { client }: Surroundings,
  { gateway }: Pick<Wanted, 'gateway'>,
): Promise<Answer> {
  const anchors =
    gateway === undefined ? await readAnchors(client.anchors) : [await findAnchor(client.anchors, gateway)];
  const rows: UpdatedGateway[] = [];
  for (const anchor of anchors) rows.push(await update(client, anchor));
  const problem = rows.map((row) => row.problem ?? firstRefusal(row)).find((one) => one !== null);
  return {
    json: { gateways: rows },
    lines: rows.length === 0 ? ['No gateway is joined on this computer.'] : rows.flatMap(updateLines),
    ...(problem === undefined ? {} : { problem }),
  };
}

async function update(client: Surroundings['client'], anchor: Anchor): Promise<UpdatedGateway> {
  try {
    return { gateway: anchor.name, updates: await updateProfiles(client, anchor), problem: null };
  } catch (cause) {
    if (!(cause instanceof SanadError)) throw cause;
    return { gateway: anchor.name, updates: [], problem: cause.problem };
  }
}

interface UpdatedGateway {
  readonly gateway: string;
  readonly updates: readonly ProfileUpdate[];
  /** Why it could not be asked. */
  readonly problem: Problem | null;
}

function firstRefusal({ updates }: UpdatedGateway): Problem | null {
  return updates.find(({ problem }) => problem !== null)?.problem ?? null;
}

function updateLines({ gateway, updates, problem }: UpdatedGateway): readonly Line[] {
  if (problem !== null) return problemLines(problem, `${gateway}: `);
  if (updates.length === 0) return [`${gateway}: it offers no rules.`];
  return updates.flatMap((one) => {
    if (one.problem !== null) return problemLines(one.problem, `${gateway}: ${one.reference}: `);
    return [
      one.outcome === 'new'
        ? good(`${gateway}: ${one.reference} fetched`)
        : `${gateway}: ${one.reference} is the newest, and here`,
    ];
  });
}

async function originOf(
  anchors: Surroundings['client']['anchors'],
  gateway: string | undefined,
): Promise<string | undefined> {
  return gateway === undefined ? undefined : (await findAnchor(anchors, gateway)).origin;
}

function summary({ profile, origin, signedAt }: KnownProfile): object {
  const { id, version, authority, maintainer, sources } = profile.document;
  return {
    ...{ reference: profile.reference, id, version, authority: authority.name, maintainer, origin, signedAt },
    verified: sources.map(({ verified }) => verified).toSorted()[0] ?? null,
  };
}

function listed({ profile, origin, signedAt }: KnownProfile, language: Language): readonly Line[] {
  const { authority, maintainer, sources } = profile.document;
  const verified = sources.map((source) => source.verified).toSorted()[0] ?? '';
  const from =
    origin === null || signedAt === null ? 'comes with the program' : `from ${origin}, ${day(signedAt)}`;
  return [
    strong(`${profile.reference}  ${inLanguage(authority.name, language)}`),
    faint(`  ${from}; maintained by ${maintainer.name}; sources read on ${verified}`),
  ];
}
