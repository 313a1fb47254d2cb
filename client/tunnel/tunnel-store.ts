import { join } from 'node:path';
import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import { JsonFolder } from '../file/json-folder.ts';
import type { Keychain } from '../keychain.ts';
import {
  joinConfiguration,
  splitConfiguration,
  storedTunnelSchema,
  tunnelSecretsSchema,
  type StoredTunnel,
  type TunnelSecrets,
} from './stored-tunnel.ts';
import { isTunnelName } from './tunnel-name.ts';
import { tunnelError } from './tunnel-problem.ts';

/** A person's tunnels: what is secret in the keychain, the rest in files. */
export class TunnelStore {
  readonly #folder: JsonFolder<typeof storedTunnelSchema>;
  readonly #keychain: Keychain;

  constructor(options: { readonly configDirectory: string; readonly keychain: Keychain }) {
    this.#folder = new JsonFolder(join(options.configDirectory, 'tunnel'), storedTunnelSchema);
    this.#keychain = options.keychain;
  }

  async all(): Promise<readonly StoredTunnel[]> {
    return await this.#folder.all();
  }

  /** Without secrets: works while the keychain is locked. */
  async get(name: string): Promise<StoredTunnel> {
    const tunnel = isTunnelName(name) ? await this.#folder.read(name) : undefined;
    if (tunnel === undefined) throw tunnelError('tunnel_unknown');
    return tunnel;
  }

  async configurationOf(tunnel: StoredTunnel): Promise<TunnelConfiguration> {
    const text = await this.#keychain.get(tunnelAccount(tunnel.name));
    if (text === undefined) throw tunnelError('tunnel_secret_missing');
    return joinConfiguration(tunnel, parseSecrets(text));
  }

  async add(name: string, configuration: TunnelConfiguration): Promise<StoredTunnel> {
    if (!isTunnelName(name)) throw tunnelError('tunnel_name_malformed');
    if ((await this.#folder.read(name)) !== undefined) throw tunnelError('tunnel_exists');
    const { tunnel, secrets } = splitConfiguration(name, configuration);
    // Secrets first: a tunnel that is listed has its keys. What a crash leaves here the next import overwrites.
    await this.#keychain.set(tunnelAccount(name), JSON.stringify(secrets));
    await this.#folder.write(name, tunnel);
    return tunnel;
  }

  /**
   * Its secrets first: with a locked keychain nothing is removed, rather than half of it. Then what else goes with it,
   * and itself last: what a crash leaves is still listed, and can be removed again.
   */
  async remove(name: string, removeOthers: () => Promise<void> = async () => undefined): Promise<void> {
    await this.get(name);
    await this.#keychain.delete(tunnelAccount(name));
    await removeOthers();
    await this.#folder.remove(name);
  }
}

/** Under which the keychain holds a tunnel's secrets. */
export function tunnelAccount(name: string): string {
  return `tunnel/${name}`;
}

function parseSecrets(text: string): TunnelSecrets {
  try {
    return tunnelSecretsSchema.parse(JSON.parse(text));
  } catch {
    // Without the cause: what could not be parsed is a secret.
    throw tunnelError('tunnel_secret_missing', { detail: 'what is there is not readable' });
  }
}
