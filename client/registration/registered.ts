import { DeclarationStore } from './declaration-store.ts';
import type { Registered } from './read-certificate.ts';
import { RegistrationStore } from './registration-store.ts';

export async function allRegistered(configDirectory: string): Promise<Registered> {
  const [registrations, declarations] = await Promise.all([
    new RegistrationStore(configDirectory).all(),
    new DeclarationStore(configDirectory).all(),
  ]);
  return { registrations, declarations };
}
