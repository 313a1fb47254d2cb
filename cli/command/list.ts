import { endpointsOf } from '#client/registration/read-certificate.ts';
import { withoutSecrets, type StoredTunnel } from '#client/tunnel/stored-tunnel.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { formatEndpoint } from '#shared/wireguard/endpoint.ts';
import { routing } from '#shared/wireguard/configuration.ts';
import { type Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../terminal/table.ts';

/** Needs neither service nor keychain. */
export async function listCommand({ client }: Surroundings): Promise<Answer> {
  const tunnels = await new TunnelStore(client).all();
  const lines =
    tunnels.length === 0
      ? ['You have no tunnel. Import one: sanad import FILE']
      : table(tunnels.map((tunnel) => [tunnel.name, describe(tunnel)]));
  return { json: { tunnels: tunnels.map(summary) }, lines };
}

function summary(tunnel: StoredTunnel): object {
  return { name: tunnel.name, endpoints: endpointsOf(tunnel), routing: routing(withoutSecrets(tunnel)).kind };
}

function describe(tunnel: StoredTunnel): string {
  const configuration = withoutSecrets(tunnel);
  const through = configuration.peers.map(({ endpoint }) => formatEndpoint(endpoint)).join(', ');
  return `${through}  ${routing(configuration).kind === 'full' ? 'all traffic' : 'some networks only'}`;
}
