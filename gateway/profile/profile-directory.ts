import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeBase64Url } from '#shared/registration/base64url.ts';
import { readProfile, type AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { signedProfileSchema } from '#shared/registration/authority-profile/signed-profile.ts';
import { builtInProfiles } from './built-in.ts';
import { shelfOf, type ProfileShelf } from './profile-shelf.ts';

export const SIGNED_PROFILE_SUFFIX = '.jwt';

/** A signed profile as it lies in the gateway's directory: verified when it was added, and by each client anew. */
export interface ShelvedProfile {
  readonly profile: AuthorityProfile;
  readonly issuedAt: number;
  readonly text: string;
}

/** How long what was added elsewhere, by the command or another front end's operator, may stay unnoticed. */
const LOOK_AGAIN_SECONDS = 5;

/** What is offered to clients, beside what cases are judged by. */
export interface OfferedProfiles extends ProfileShelf {
  /** Every version, newest first. */
  list(): readonly AuthorityProfile[];
  /** The newest of that name, or exactly that version where one is named; undefined: none that is signed. */
  text(named: string): string | undefined;
}

/** The profiles of a gateway's directory, and those that come with the program; read anew every few seconds. */
export class ProfileDirectory implements OfferedProfiles {
  readonly #directory: string;
  readonly #now: () => number;
  readonly #builtIn = builtInProfiles();
  readonly #read = new Map<string, ShelvedProfile>();
  #shelf: ProfileShelf = shelfOf([]);
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly directory: string; readonly now: () => number }) {
    this.#directory = options.directory;
    this.#now = options.now;
    this.#lookAgain();
  }

  find(reference: string): AuthorityProfile | undefined {
    this.#lookAgain();
    return this.#shelf.find(reference) ?? this.#builtIn.find((profile) => profile.reference === reference);
  }

  /** What is signed comes first: clients can fetch it, and a newer program alone changes no rules. */
  newest(id: string): AuthorityProfile | undefined {
    this.#lookAgain();
    return this.#shelf.newest(id) ?? shelfOf(this.#builtIn).newest(id);
  }

  list(): readonly AuthorityProfile[] {
    this.#lookAgain();
    return [...this.#read.values()]
      .map(({ profile }) => profile)
      .toSorted((one, other) => other.document.version - one.document.version);
  }

  text(named: string): string | undefined {
    this.#lookAgain();
    const reference = this.#shelf.find(named)?.reference ?? this.#shelf.newest(named)?.reference;
    return [...this.#read.values()].find(({ profile }) => profile.reference === reference)?.text;
  }

  #lookAgain(): void {
    const now = this.#now();
    if (now - this.#lookedAt < LOOK_AGAIN_SECONDS && now >= this.#lookedAt) return;
    this.#lookedAt = now;
    const names = signedProfileNames(this.#directory);
    // A version never changes once it is there, and cases stay with it: none is ever taken away.
    const fresh = names.filter((name) => !this.#read.has(name));
    for (const name of fresh) this.#read.set(name, readShelved(join(this.#directory, name)));
    if (fresh.length > 0) this.#shelf = shelfOf([...this.#read.values()].map(({ profile }) => profile));
  }
}

/** File names, one a version. */
export function signedProfileNames(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith(SIGNED_PROFILE_SUFFIX));
  } catch (error) {
    // A gateway from before there were any.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

export function signedProfileName({ reference }: AuthorityProfile): string {
  return `${reference}${SIGNED_PROFILE_SUFFIX}`;
}

export function readShelved(file: string): ShelvedProfile {
  const text = readFileSync(file, 'utf8').trim();
  const payload = decodeBase64Url(text.split('.')[1] ?? '') ?? new Uint8Array();
  const { profile, iat } = signedProfileSchema.parse(JSON.parse(Buffer.from(payload).toString('utf8')));
  return { profile: readProfile(profile), issuedAt: iat, text };
}
