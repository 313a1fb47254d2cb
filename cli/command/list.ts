import { candidatesFor, endpointsOf, type Candidate } from '#client/registration/read-certificate.ts';
import { allRegistered } from '#client/registration/registered.ts';
import { withoutSecrets, type StoredTunnel } from '#client/tunnel/stored-tunnel.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { formatEndpoint } from '#shared/wireguard/endpoint.ts';
import { routing } from '#shared/wireguard/configuration.ts';
import { type Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { candidateJson, candidateWords } from '../terminal/assurance-words.ts';
import { table } from '../terminal/table.ts';

/** Needs neither service nor keychain. */
export async function listCommand({ client }: Surroundings): Promise<Answer> {
  const [tunnels, registered] = await Promise.all([
    new TunnelStore(client).all(),
    allRegistered(client.configDirectory),
  ]);
  const known = tunnels.map((tunnel) => ({ tunnel, candidate: candidatesFor(tunnel, registered)[0] }));
  const lines =
    tunnels.length === 0
      ? ['You have no tunnel. Import one: sanad import FILE']
      : table(known.map((one) => [one.tunnel.name, describe(one, client.now())]));
  return { json: { tunnels: known.map(summary) }, lines };
}

interface Listed {
  readonly tunnel: StoredTunnel;
  /** What there is for it here; whether it opens a connection now is for `sanad status` to ask. */
  readonly candidate: Candidate | undefined;
}

function summary({ tunnel, candidate }: Listed): object {
  return {
    name: tunnel.name,
    endpoints: endpointsOf(tunnel),
    routing: routing(withoutSecrets(tunnel)).kind,
    registration: candidateJson(candidate),
  };
}

function describe({ tunnel, candidate }: Listed, now: number): string {
  const configuration = withoutSecrets(tunnel);
  const through = configuration.peers.map(({ endpoint }) => formatEndpoint(endpoint)).join(', ');
  const traffic = routing(configuration).kind === 'full' ? 'all traffic' : 'some networks only';
  const words = candidate === undefined ? 'no registration here' : candidateWords(candidate, now);
  return `${through}  ${traffic}  ${words}`;
}
