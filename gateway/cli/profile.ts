import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SanadError } from '#shared/contract/problem.ts';
import { isOrigin } from '#shared/registration/origin.ts';
import { restoreKeySet } from '#shared/registration/key-set.ts';
import { MAX_PROFILE_BYTES } from '#shared/registration/authority-profile/profile-schema.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { utcDay } from '#shared/text/utc-day.ts';
import { gatewayFiles } from '../configuration.ts';
import { readKeyFile } from '../key/key-file.ts';
import { nodePrimitives } from '../key/node-primitives.ts';
import { builtInProfiles } from '../profile/built-in.ts';
import { readShelved, signedProfileName, signedProfileNames } from '../profile/profile-directory.ts';
import { shelfOf } from '../profile/profile-shelf.ts';
import { acceptAtGateway, signProfile } from '../profile/sign-profile.ts';
import { readIdentity } from './identity.ts';
import { commandError } from './problem.ts';
import { readNamedFile } from './read-file.ts';

export interface SignOptions {
  /** The gateway's. */
  readonly origin: string;
  /** The profile key's file. */
  readonly key: string;
  /** A new file. */
  readonly output: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** Signs a profile's file with the profile key, wherever that is kept. */
export async function signProfileFile(file: string, options: SignOptions): Promise<AuthorityProfile> {
  if (!isOrigin(options.origin)) throw commandError('origin_malformed', { detail: options.origin });
  const { origin, now } = options;
  const key = readKeyFile(options.key);
  const { profile, text } = await signProfile({ profile: readJson(file), origin, key, now });
  writeNew(options.output, `${text}\n`);
  return profile;
}

/** Takes a signed profile in, where clients fetch it and new cases are judged by it. */
export function addProfile(
  file: string,
  { dir, now }: { readonly dir: string; readonly now: number },
): AuthorityProfile {
  const { anchor, keySet: keySetText } = readIdentity(dir);
  const keySet = restoreKeySet({ text: keySetText, anchor, primitives: nodePrimitives });
  const text = readNamedFile(file).trim();
  const common = { text, keySet, known: builtInProfiles(), now };
  const { id } = acceptAtGateway({ ...common, stored: undefined }).profile.document;
  const stored = shelfOf(shelved(dir).map(({ profile }) => profile)).newest(id);
  const { profile } = acceptAtGateway({ ...common, stored });
  const directory = join(dir, gatewayFiles.profileDirectory);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  writeNew(join(directory, signedProfileName(profile)), `${text}\n`);
  return profile;
}

/** One line of `profile list`. */
export interface ListedProfile {
  readonly reference: string;
  readonly name: string;
  readonly maintainer: string;
  /** null: comes with the program and is not signed, so that clients cannot fetch it. */
  readonly signed_at: number | null;
  /** New cases are submitted under it. */
  readonly is_current: boolean;
}

export function listProfiles(dir: string): readonly ListedProfile[] {
  readIdentity(dir);
  const signed = shelved(dir);
  const current = shelfOf(signed.map(({ profile }) => profile));
  const listed = signed.map(({ profile, issuedAt }) =>
    rowOf(profile, issuedAt, current.newest(profile.document.id) === profile),
  );
  const unsigned = builtInProfiles().filter((profile) => current.find(profile.reference) === undefined);
  return [
    ...listed.toSorted((one, other) => (one.reference < other.reference ? -1 : 1)),
    ...unsigned.map((profile) => rowOf(profile, null, current.newest(profile.document.id) === undefined)),
  ];
}

export function profileLine({ reference, name, signed_at, is_current }: ListedProfile): string {
  const signed = signed_at === null ? 'comes with the program, not signed' : `signed ${utcDay(signed_at)}`;
  return [reference.padEnd(24), signed, is_current ? 'for new cases' : 'for old cases', name].join('  ');
}

function rowOf(profile: AuthorityProfile, signedAt: number | null, isCurrent: boolean): ListedProfile {
  const { authority, maintainer } = profile.document;
  return {
    ...{ reference: profile.reference, name: authority.name['en'] ?? '', maintainer: maintainer.name },
    ...{ signed_at: signedAt, is_current: isCurrent },
  };
}

function shelved(dir: string) {
  const directory = join(dir, gatewayFiles.profileDirectory);
  return signedProfileNames(directory).map((name) => readShelved(join(directory, name)));
}

function readJson(file: string): unknown {
  const text = readNamedFile(file);
  if (Buffer.byteLength(text) > MAX_PROFILE_BYTES) {
    throw commandError('profile_unreadable', { detail: `more than ${MAX_PROFILE_BYTES} bytes` });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw commandError('profile_unreadable', { detail: 'no JSON', cause });
  }
}

/** Whole, on the disk, and never over a file that is there. */
function writeNew(file: string, text: string): void {
  const temporary = `${file}.new`;
  try {
    writeFileSync(temporary, text, { mode: 0o644, flush: true });
    linkSync(temporary, file);
    flush(dirname(file));
  } catch (cause) {
    if (cause instanceof SanadError) throw cause;
    throw commandError('file_not_written', { detail: file, cause });
  } finally {
    rmSync(temporary, { force: true });
  }
}

function flush(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
