import type { Anchor, GatewayAnswer } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { acceptKeySet } from '#shared/registration/key-set.ts';
import { acceptStatusList, type VerifiedStatusList } from '#shared/registration/status-list.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import type { ClientContext } from '../client-context.ts';
import { GatewayClient } from '../gateway/gateway-client.ts';
import { nodePrimitives } from '../node-primitives.ts';
import { builtInProfiles } from '../profile/built-in.ts';
import { ownProfileOf } from '../profile/known-profiles.ts';
import { readClaims } from '../registration/read-certificate.ts';
import type { StoredDeclaration } from '../registration/stored-declaration.ts';
import type { StoredRegistration } from '../registration/stored-registration.ts';
import { DeclarationArchive } from './declaration-archive.ts';
import { ProofArchive } from './proof-archive.ts';
import { RegistrationArchive } from './registration-archive.ts';

/** A little less than a day, so that whoever looks once a day keeps one of each day. */
const FRESH_SECONDS = 20 * 3600;

type SignedFiles = Pick<GatewayAnswer<'certificate'>, 'key_set' | 'status_list'>;

/**
 * Keeps what is new in a registration. What cannot be kept costs a later report that much, and nothing now. `profile`: by
 * which its answers are masked, where a caller has the gateway's own; else the program's own of that name and version.
 */
export async function keepRegistration(
  configDirectory: string,
  registration: StoredRegistration,
  profile: AuthorityProfile | undefined = builtIn(registration),
): Promise<void> {
  await atLeisure(new RegistrationArchive(configDirectory).note(registration, profile));
}

/** Keeps what was answered, which comes with the gateway's word and lies in no other file, masked by the case's own rules. */
export async function keepAnswers(
  context: Pick<ClientContext, 'configDirectory' | 'anchors'>,
  registration: StoredRegistration,
): Promise<void> {
  const { view, origin } = registration;
  if (Object.keys(view.fields).length === 0) return;
  const profile = await ownProfileOf(context, { reference: view.profile, origin });
  await keepRegistration(context.configDirectory, registration, profile);
}

function builtIn({ view }: StoredRegistration): AuthorityProfile | undefined {
  return builtInProfiles().find(({ reference }) => reference === view.profile);
}

/** Keeps what was stated, as `keepRegistration` does. */
export async function keepDeclaration(
  configDirectory: string,
  declaration: StoredDeclaration,
): Promise<void> {
  await atLeisure(new DeclarationArchive(configDirectory).note(declaration));
}

/** Keeps a gateway's key set and list, if they are genuine. */
export async function keepProof(
  { configDirectory, now }: Pick<ClientContext, 'configDirectory' | 'now'>,
  anchor: Anchor,
  files: SignedFiles,
): Promise<void> {
  await atLeisure(
    (async () => {
      const common = { stored: undefined, clock: { now: now(), floor: 0 }, primitives: nodePrimitives };
      const keySet = acceptKeySet({ ...common, text: files.key_set, anchor });
      const list = acceptStatusList({ ...common, text: files.status_list, keySet });
      const archive = new ProofArchive(configDirectory);
      await archive.keepKeySet(keySet);
      await archive.keepStatusList(list, await indexesIn(configDirectory, list));
    })(),
  );
}

/** Asks the gateway for its key set and list where the newest kept one is of another day. */
export async function keepFresh(
  context: ClientContext,
  anchor: Anchor,
  registration: StoredRegistration,
): Promise<void> {
  const { certificate } = registration;
  const claims = certificate === null ? undefined : readClaims(certificate);
  if (claims === undefined) return;
  const list = { issuer: claims.iss, uri: claims.status.status_list.uri };
  const newest = (await new ProofArchive(context.configDirectory).newestListOf(list)) ?? 0;
  if (context.now() - newest < FRESH_SECONDS) return;
  await fetchProof(context, anchor);
}

/** Asks the gateway for its key set and list, and keeps them. A gateway that is away costs nothing but that. */
export async function fetchProof(context: ClientContext, anchor: Anchor): Promise<void> {
  const { relaySocket, now } = context;
  const gateway = new GatewayClient({ anchor, relaySocket, now });
  await atLeisure(
    (async () => {
      const [keySet, statusList] = await Promise.all([gateway.ask('keySet'), gateway.ask('statusList')]);
      await keepProof(context, anchor, { key_set: keySet, status_list: statusList });
    })(),
  );
}

async function indexesIn(
  configDirectory: string,
  { issuer, uri }: Pick<VerifiedStatusList, 'issuer' | 'uri'>,
): Promise<readonly number[]> {
  const registrations = await new RegistrationArchive(configDirectory).all();
  const own = registrations
    .flatMap(({ certificates }) => certificates.map(({ claims }) => claims))
    .filter(({ iss, status }) => iss === issuer && status.status_list.uri === uri);
  return own.map(({ status }) => status.status_list.idx);
}

/** A full disk, a damaged file, a gateway that is away: said by the report, which then lacks it. A defect is none of these. */
async function atLeisure(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    if (!(cause instanceof SanadError)) throw cause;
  }
}
