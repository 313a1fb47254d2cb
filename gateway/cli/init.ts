import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAnchor } from '#shared/contract/anchor-file.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { KEY_SET_TYPE, keySetSchema } from '#shared/registration/key-set.ts';
import { isOrigin } from '#shared/registration/origin.ts';
import { gatewayConfigurationSchema, gatewayFiles } from '../configuration.ts';
import { createMasterKey } from '../evidence/master-key.ts';
import { issuerConfigurationSchema, issuerFiles } from '../issuer/configuration.ts';
import { createKeyFile, type SigningKey } from '../key/key-file.ts';
import { signJws } from '../key/sign-jws.ts';
import { builtInProfiles } from '../profile/built-in.ts';
import { signedProfileName } from '../profile/profile-directory.ts';
import { signProfile } from '../profile/sign-profile.ts';
import { commandError } from './problem.ts';
import { readNamedFile } from './read-file.ts';
import { KEY_SET_SECONDS } from './renew-key-set.ts';

export interface InitOptions {
  readonly dir: string;
  readonly origin: string;
  readonly name: string;
  readonly legalName: string;
  readonly contact: string;
  readonly retention: string;
  /** PEM file. */
  readonly tlsCa?: string;
  /** Names; a key is made for each. */
  readonly reviewer: readonly string[];
  /** Seconds since the epoch. */
  readonly now: number;
}

const CERTIFICATE_SECONDS = 30 * 86_400;
const ASSURANCES = ['attested'] as const;

const privateDirectories = [
  gatewayFiles.offlineDirectory,
  gatewayFiles.issuerDirectory,
  gatewayFiles.reviewerDirectory,
  gatewayFiles.profileSignerDirectory,
  gatewayFiles.storageDirectory,
  gatewayFiles.documentDirectory,
];

/** Makes a new gateway in an empty directory: all keys, what is published, and who may review. */
export async function initGateway(options: InitOptions): Promise<Anchor> {
  checkOptions(options);
  makeEmpty(options.dir);
  try {
    return await writeGateway(options);
  } catch (error) {
    // Half a gateway is worse than none. The directory was empty when we came.
    for (const name of readdirSync(options.dir)) rmSync(join(options.dir, name), { recursive: true });
    throw error;
  }
}

function checkOptions({ origin, reviewer }: InitOptions): void {
  if (!isOrigin(origin)) throw commandError('origin_malformed', { detail: origin });
  for (const name of reviewer) {
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name))
      throw commandError('option_malformed', { detail: '--reviewer' });
  }
}

function makeEmpty(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  if (readdirSync(directory).length > 0) throw commandError('gateway_exists');
  for (const name of privateDirectories) mkdirSync(join(directory, name), { mode: 0o700 });
}

async function writeGateway(options: InitOptions): Promise<Anchor> {
  const key = (name: string): SigningKey => createKeyFile(join(options.dir, name));
  const root = key(gatewayFiles.rootKey);
  const certificateKey = key(join(gatewayFiles.issuerDirectory, issuerFiles.certificateKey));
  const statusKey = key(join(gatewayFiles.issuerDirectory, issuerFiles.statusKey));
  const profileKey = key(gatewayFiles.profileKey);
  const reviewers = options.reviewer.map((name) => ({
    name,
    key: key(join(gatewayFiles.reviewerDirectory, `${name}.key.json`)).publicJwk,
  }));
  createMasterKey(join(options.dir, gatewayFiles.documentKey));
  const anchor = anchorOf(options, root);
  const keySet = await signKeySet({ options, root, certificateKey, statusKey, profileKey });
  const write = writerTo(options.dir);
  write(gatewayFiles.anchor, print(anchor));
  write(gatewayFiles.keySet, `${keySet}\n`);
  write(join(gatewayFiles.issuerDirectory, issuerFiles.configuration), print(issuerOf(options, reviewers)));
  await writeProfiles(options, profileKey, write);
  const gateway = { ver: 1, origin: options.origin, reviewers };
  // Last: a directory with this file in it is whole.
  write(gatewayFiles.configuration, print(gatewayConfigurationSchema.parse(gateway)));
  return anchor;
}

/** Those that come with the program, so that clients find them here from the first day. */
async function writeProfiles(
  { dir, origin, now }: InitOptions,
  key: SigningKey,
  write: (name: string, text: string) => void,
): Promise<void> {
  mkdirSync(join(dir, gatewayFiles.profileDirectory), { mode: 0o755 });
  for (const { document } of builtInProfiles()) {
    const { profile, text } = await signProfile({ profile: document, origin, key, now });
    write(join(gatewayFiles.profileDirectory, signedProfileName(profile)), `${text}\n`);
  }
}

function anchorOf(options: InitOptions, root: SigningKey): Anchor {
  const anchor: Anchor = {
    ver: 1,
    name: options.name,
    origin: options.origin,
    status_origins: [],
    root_keys: [root.publicJwk],
    operator: { legal_name: options.legalName, contact: options.contact, retention: options.retention },
    ...(options.tlsCa === undefined ? {} : { tls_ca: readNamedFile(options.tlsCa) }),
  };
  // As every client reads it: what they would refuse is not made.
  return parseAnchor(JSON.stringify(anchor));
}

function signKeySet(parts: {
  readonly options: InitOptions;
  readonly root: SigningKey;
  readonly certificateKey: SigningKey;
  readonly statusKey: SigningKey;
  readonly profileKey: SigningKey;
}): Promise<string> {
  const { options, root, certificateKey, statusKey, profileKey } = parts;
  const claims = keySetSchema.parse({
    ver: 1,
    iss: options.origin,
    version: 1,
    iat: options.now,
    exp: options.now + KEY_SET_SECONDS,
    keys: [
      {
        kid: certificateKey.kid,
        ...certificateKey.publicJwk,
        roles: ['certificate'],
        assurances: ASSURANCES,
      },
      { kid: statusKey.kid, ...statusKey.publicJwk, roles: ['status'], assurances: [] },
      { kid: profileKey.kid, ...profileKey.publicJwk, roles: ['profile'], assurances: [] },
    ],
    gateway_origins: [options.origin],
    status_origins: [],
  });
  return signJws({ typ: KEY_SET_TYPE, claims, key: root });
}

function issuerOf(options: InitOptions, reviewers: readonly object[]): object {
  return issuerConfigurationSchema.parse({
    ver: 1,
    origin: options.origin,
    status_list_uri: `${options.origin}/v1/status-list/1`,
    certificate_seconds: CERTIFICATE_SECONDS,
    assurances: ASSURANCES,
    reviewers,
  });
}

function writerTo(directory: string): (name: string, text: string) => void {
  return (name, text) => {
    writeFileSync(join(directory, name), text, { flag: 'wx', mode: 0o644 });
  };
}

function print(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
