import { withoutSecrets } from '#client/tunnel/stored-tunnel.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { formatConf } from '#shared/wireguard/conf.ts';
import type { Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';

/** The keychain is not even asked: what is not read cannot be shown. */
export async function showCommand({ client }: Surroundings, name: string): Promise<Answer> {
  const tunnel = await new TunnelStore(client).get(name);
  const lines = formatConf(withoutSecrets(tunnel), { secrets: false }).trimEnd().split('\n');
  return { json: { tunnel: { name: tunnel.name, ...tunnel.configuration } }, lines };
}
