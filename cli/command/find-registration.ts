import { covers } from '#client/registration/read-certificate.ts';
import { registrationError } from '#client/registration/registration-problem.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import type { Surroundings } from '../surroundings.ts';

export interface Found {
  readonly registration: StoredRegistration;
  /** Others that the same name means, the newest first. */
  readonly others: readonly StoredRegistration[];
}

/** By identifier, or the newest that covers the tunnel, or else the newest that was made for it. */
export async function findRegistration({ client }: Surroundings, named: string): Promise<Found> {
  const all = await new RegistrationStore(client.configDirectory).all();
  const tunnel = (await new TunnelStore(client).all()).find(({ name }) => name === named);
  const covering = all.filter(({ view }) => tunnel !== undefined && covers(view.endpoints, tunnel));
  const madeFor = all.filter((one) => one.tunnel === named && !covering.includes(one));
  const byIdentifier = all.find(({ view }) => view.id === named);
  const [newest, ...others] = [...covering, ...madeFor];
  if (byIdentifier !== undefined) return { registration: byIdentifier, others: [] };
  if (newest === undefined) throw registrationError('registration_unknown_here');
  return { registration: newest, others };
}
