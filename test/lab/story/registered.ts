import { fieldWords } from '#test/gateway/application-fields.ts';
import type { Person } from '../client.ts';
import type { Lab } from '../lab.ts';
import { clientConf, type ConfOptions } from '../peer.ts';
import { LAB, writeFor } from '../system.ts';

/** What the story's registrant answers on route B. */
export const REGISTER = [
  ...['--gateway', 'lab', '--profile', 'pk-pta@1', '--route', 'B', '--category', 'freelancer'],
  ...fieldWords(),
  '--consent',
];

/** What the reviewer states. */
export const ATTEST = [
  ...['--authority', 'pk-pta', '--profile', 'pk-pta@1', '--route', 'B', '--category', 'freelancer'],
  ...['--decided-at', '2026-11-20'],
] as const;

/** Imports a tunnel, registers it, has it attested and fetches the certificate. Gives the registration's id. */
export async function registeredTunnel(
  lab: Lab,
  person: Person,
  name: string,
  options: ConfOptions = {},
): Promise<string> {
  const file = `${LAB}/home/${person.name}/${name}.conf`;
  writeFor(person.name, file, clientConf(lab.keys, options));
  await must(person, 'import', file);
  const { registration } = (await must(person, 'register', name, ...REGISTER)) as {
    readonly registration: { readonly id: string };
  };
  const decided = await lab.gateway.review('attest', registration.id, ...ATTEST);
  if (decided.code !== 0) throw new Error(`attest: ${decided.stdout}${decided.stderr}`);
  await must(person, 'registration', 'show', name);
  return registration.id;
}

/** `sanad ... --json`; throws unless it ended well. */
export async function must(person: Person, ...words: readonly string[]): Promise<unknown> {
  const { code, answer } = await person.json(...words);
  if (code !== 0) throw new Error(`sanad ${words.join(' ')}: ${code} ${JSON.stringify(answer)}`);
  return answer;
}
