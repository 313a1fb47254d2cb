import { follow, type Followed } from '#client/registration/follow.ts';
import {
  askPublicAddress,
  isRegisteredAddress,
  registeredAddresses,
  type PublicAddress,
} from '#client/registration/public-address.ts';
import { DeclarationStore } from '#client/registration/declaration-store.ts';
import { covers } from '#client/registration/read-certificate.ts';
import { allRegistered } from '#client/registration/registered.ts';
import type { StoredDeclaration } from '#client/registration/stored-declaration.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { isOver, type StoredRegistration } from '#client/registration/stored-registration.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import type { Language } from '#shared/text/language.ts';
import { bad, faint, strong, type Answer, type Line } from '../answer.ts';
import { languageFrom } from '../language.ts';
import type { Surroundings } from '../surroundings.ts';
import { followUpLines } from '../terminal/describe-follow-up.ts';
import { declarationJson, describeDeclaration } from '../terminal/describe-declaration.ts';
import { stateWords } from '../terminal/registration-state.ts';
import { withProgress } from '../terminal/progress.ts';
import { findRegistration, type Found } from './find-registration.ts';
import { followedAnswer, followedJson, followedLines, operatorOf } from './follow-answer.ts';

/** Asks the gateway anew; fetches the certificate once there is one. Without a name: all of them. */
export async function registrationShowCommand(
  surroundings: Surroundings,
  named: string | undefined,
  language?: string,
): Promise<Answer> {
  const declaration = named === undefined ? undefined : await soleDeclaration(surroundings, named);
  if (declaration !== undefined) return declarationAnswer(surroundings, declaration);
  const chosen = named === undefined ? undefined : await findRegistration(surroundings, named);
  return await withProgress(surroundings.terminal, 'Asking the gateway', async () =>
    chosen === undefined
      ? await showAll(surroundings)
      : await showOne(surroundings, chosen, languageFrom(language, surroundings.environment ?? {})),
  );
}

/** What was stated, where that is all there is under the name; nobody is asked then. */
async function soleDeclaration(
  { client }: Surroundings,
  named: string,
): Promise<StoredDeclaration | undefined> {
  const declaration = await new DeclarationStore(client.configDirectory).find(named);
  if (declaration === undefined || declaration.id === named) return declaration;
  const { registrations } = await allRegistered(client.configDirectory);
  const tunnel = (await new TunnelStore(client).all()).find(({ name }) => name === named);
  const isElsewhere = registrations.some(
    (one) => one.tunnel === named || (tunnel !== undefined && covers(one.view.endpoints, tunnel)),
  );
  return isElsewhere ? undefined : declaration;
}

function declarationAnswer({ client }: Surroundings, declaration: StoredDeclaration): Answer {
  return {
    json: { declaration: declarationJson(declaration) },
    lines: describeDeclaration(declaration, client.now()),
  };
}

async function showAll({ client }: Surroundings): Promise<Answer> {
  const { registrations: all, declarations } = await allRegistered(client.configDirectory);
  const followed: Followed[] = [];
  for (const registration of all) followed.push(await follow(client, registration));
  const isNone = all.length + declarations.length === 0;
  return {
    json: {
      registrations: followed.map((one) => followedJson(one).registration),
      declarations: declarations.map(declarationJson),
    },
    lines: [
      ...(isNone ? ['You have no registration. Make one: sanad register NAME'] : []),
      ...followed.flatMap((one) => [...followedLines(one), '']),
      ...declarations.flatMap((one) => [...describeDeclaration(one, client.now()), '']),
    ],
  };
}

async function showOne(
  surroundings: Surroundings,
  { registration, others }: Found,
  language: Language,
): Promise<Answer> {
  const followed = await follow(surroundings.client, registration);
  const anchor = await operatorOf(surroundings, registration);
  const { json, lines } = followedAnswer(followed, anchor.operator.contact);
  const usual = await usualTime(surroundings, followed.registration);
  const profile = await rulesOf(surroundings, followed.registration);
  const address = await comparedAddress(surroundings, followed.registration, anchor);
  const own = await new DeclarationStore(surroundings.client.configDirectory).find(registration.tunnel);
  const more = [
    ...others.map(({ view }) => faint(`Also for this tunnel: ${view.id}, last seen as ${stateWords(view)}.`)),
    ...(own === undefined ? [] : [faint(`You also stated it yourself: sanad registration show ${own.id}`)]),
  ];
  return {
    json: { ...json, usualDecision: usual, publicAddress: address },
    lines: [
      ...lines,
      ...followUpLines({ ...followed.registration, profile, usual, language }),
      ...(address === null ? [] : describeAddress(address, followed.registration)),
      ...more,
    ],
  };
}

/** Only while the authority has it; reading its rules is for those who look at one case. */
async function usualTime({ client }: Surroundings, registration: StoredRegistration) {
  if (isOver(registration.view.state) || registration.view.state === 'submitted') return null;
  const { usualTimeOf } = await import('#client/profile/usual-time.ts');
  return await usualTimeOf(client, registration);
}

/** undefined: they are not on this computer; what the case says is said without them. */
async function rulesOf({ client }: Surroundings, { view, origin }: StoredRegistration) {
  const { profileFor } = await import('#client/profile/known-profiles.ts');
  return await profileFor(client, view.profile, origin).catch((cause: unknown) => {
    if (cause instanceof SanadError) return undefined;
    throw cause;
  });
}

interface ComparedAddress extends PublicAddress {
  /** null: it cannot be said. */
  readonly isRegistered: boolean | null;
}

/** Only where addresses were registered. That it could not be asked for takes nothing from the answer. */
async function comparedAddress(
  { client }: Surroundings,
  { view }: StoredRegistration,
  anchor: Anchor,
): Promise<ComparedAddress | null> {
  if (isOver(view.state) || registeredAddresses(view).length === 0) return null;
  try {
    const seen = await askPublicAddress(client, anchor);
    return { ...seen, isRegistered: isRegisteredAddress(view, seen) };
  } catch (cause) {
    if (cause instanceof SanadError && cause.problem.kind === 'gateway') return null;
    throw cause;
  }
}

function describeAddress(
  { address, isRegistered }: ComparedAddress,
  { view, tunnel }: StoredRegistration,
): readonly Line[] {
  if (isRegistered === true) return [];
  if (isRegistered === null) {
    return [
      faint(
        'Your public address was not compared with the registered ones: a tunnel may be up, and then the',
      ),
      faint('gateway sees the VPN server’s.'),
    ];
  }
  return [
    bad(
      `Warning: you come from ${address} at the moment, and registered: ${registeredAddresses(view).join(', ')}.`,
    ),
    faint(
      'This hinders no connection. Behind a mobile network or a hotel’s the address is another one each time.',
    ),
    strong(`If your line has changed for good: sanad registration amend ${tunnel} --field source_address=…`),
  ];
}
