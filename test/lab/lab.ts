import { administrator, startPerson, startServices, type ClientServices, type Person } from './client.ts';
import { startGateway, type LabGateway } from './gateway.ts';
import { buildNetwork, removeNetwork } from './network.ts';
import { startPeer, type PeerKeys } from './peer.ts';
import { root, run, stopAll, type Outcome } from './process.ts';
import { prepareSystem, uidOf, type Account } from './system.ts';

export interface Lab {
  readonly keys: PeerKeys;
  readonly gateway: LabGateway;
  readonly services: ClientServices;
  /** Joins the gateway and enables a person, as the administrator does. */
  admit(name: Account): Promise<Person>;
  /** An HTTP request that insists on leaving by the client's own link, past every route. */
  outsideRequest(address: string): Promise<Outcome>;
  close(): Promise<void>;
}

export interface LabOptions {
  /** How often status lists are to be fetched; long by default, so that a test decides when. */
  readonly statusTtlSeconds?: number;
}

/** The whole lab: network, peer, gateway with issuer, daemon and fetcher. */
export async function createLab({ statusTtlSeconds = 900 }: LabOptions = {}): Promise<Lab> {
  prepareSystem();
  buildNetwork();
  const people: Person[] = [];
  const close = async (): Promise<void> => {
    for (const person of people) await person.keychain.stop();
    await stopAll();
    removeNetwork();
  };
  try {
    const keys = await startPeer();
    const gateway = await startGateway(statusTtlSeconds);
    const services = await startServices();
    const admit = async (name: Account): Promise<Person> => {
      await asAdministrator('join', gateway.joinLink, '--yes');
      await asAdministrator('user', 'enable', String(uidOf(name)));
      const person = await startPerson(name);
      people.push(person);
      return person;
    };
    const outsideRequest = (address: string): Promise<Outcome> =>
      run('client', root, ['curl', '-s', '--max-time', '1', '--interface', 'eth0', `http://${address}/`]);
    return { keys, gateway, services, admit, outsideRequest, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

export async function asAdministrator(...words: readonly string[]): Promise<string> {
  const outcome = await administrator(...words);
  if (outcome.code !== 0) throw new Error(`sanad ${words.join(' ')}: ${outcome.stderr}${outcome.stdout}`);
  return outcome.stdout;
}
