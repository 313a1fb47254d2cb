import { SanadError } from '#shared/contract/problem.ts';
import { readAnchors } from '../anchor/read-anchors.ts';
import type { ClientContext } from '../client-context.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { builtInProfiles } from './built-in.ts';
import { ProfileCache } from './profile-cache.ts';
import { profileNotHere } from './profile-problem.ts';

/** A profile on this computer, and whose word it is. */
export interface KnownProfile {
  readonly profile: AuthorityProfile;
  /** The gateway that signed it; null: it comes with the program. */
  readonly origin: string | null;
  /** Seconds since the epoch. */
  readonly signedAt: number | null;
}

type Surroundings = Pick<ClientContext, 'configDirectory' | 'anchors'>;

/** Everything that is here, without asking anybody: by gateway in the order in which they came, then the program's own. */
export async function knownProfiles(context: Surroundings): Promise<readonly KnownProfile[]> {
  const cache = new ProfileCache(context.configDirectory);
  const known: KnownProfile[] = [];
  for (const anchor of await readAnchors(context.anchors)) {
    const cached = await cache.of(anchor);
    for (const { profile, issuedAt, issuer } of cached?.profiles ?? []) {
      known.push({ profile, origin: issuer, signedAt: issuedAt });
    }
  }
  const builtIn = builtInProfiles().map((profile) => ({ profile, origin: null, signedAt: null }));
  return [...known, ...builtIn];
}

/**
 * That very version, as a case is judged by it. `origin`: the gateway's own word first. Throws `profile_not_here`.
 */
export async function profileFor(
  context: Surroundings,
  reference: string,
  origin?: string,
): Promise<AuthorityProfile> {
  const found = (await knownProfiles(context)).filter(({ profile }) => profile.reference === reference);
  const own =
    found.find((one) => one.origin === origin) ?? found.find((one) => one.origin === null) ?? found[0];
  if (own === undefined) throw profileNotHere(reference);
  return own.profile;
}

/**
 * The rules of a case as its own gateway signed them or as they come with the program; undefined: they are not here, or
 * cannot be read. Another gateway's word does not say what of a case is personal.
 */
export async function ownProfileOf(
  context: Surroundings,
  { reference, origin }: { readonly reference: string; readonly origin: string },
): Promise<AuthorityProfile | undefined> {
  try {
    const found = (await knownProfiles(context)).filter(({ profile }) => profile.reference === reference);
    const own = found.find((one) => one.origin === origin) ?? found.find((one) => one.origin === null);
    return own?.profile;
  } catch (cause) {
    if (cause instanceof SanadError) return undefined;
    throw cause;
  }
}

/**
 * The newest of each name that a new application goes by: the gateway's where it has one, also where the program's is
 * newer, since the gateway judges by its own; else the newest that anybody signed or that comes with the program.
 */
export async function currentProfiles(
  context: Surroundings,
  origin?: string,
): Promise<readonly KnownProfile[]> {
  const known = await knownProfiles(context);
  const current = new Map<string, KnownProfile>();
  for (const one of known) {
    const { id } = one.profile.document;
    const best = current.get(id);
    if (best === undefined || isBetter(one, best, origin)) current.set(id, one);
  }
  return [...current.values()];
}

/** A name (`pk-pta`), for its newest version, or name and version. Throws `profile_not_here`. */
export async function profileNamed(
  context: Surroundings,
  named: string,
  origin?: string,
): Promise<KnownProfile> {
  const matches = ({ profile }: KnownProfile): boolean =>
    named === profile.reference || named === profile.document.id;
  const found =
    (await currentProfiles(context, origin)).find(matches) ?? (await knownProfiles(context)).find(matches);
  if (found === undefined) throw profileNotHere(named);
  return found;
}

function isBetter(one: KnownProfile, best: KnownProfile, origin: string | undefined): boolean {
  const isOwn = origin !== undefined && one.origin === origin;
  const bestIsOwn = origin !== undefined && best.origin === origin;
  if (isOwn !== bestIsOwn) return isOwn;
  return one.profile.document.version > best.profile.document.version;
}
