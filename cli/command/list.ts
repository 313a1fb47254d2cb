import { candidatesFor, endpointsOf, type Candidate } from '#client/registration/read-certificate.ts';
import { allRegistered } from '#client/registration/registered.ts';
import { withoutSecrets, type StoredTunnel } from '#client/tunnel/stored-tunnel.ts';
import { takeReminder } from '#client/profile/deadline-notice.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { formatEndpoint } from '#shared/wireguard/endpoint.ts';
import { routing } from '#shared/wireguard/configuration.ts';
import { type Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { candidateJson, candidateWords } from '../terminal/assurance-words.ts';
import { deadlineLines, deadlinesJson } from '../terminal/deadline-lines.ts';
import { table } from '../terminal/table.ts';
import { day } from '../terminal/words.ts';

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
  // Once for each step towards the day, and never twice on one.
  const reminder = await takeReminder(client, day(client.now()));
  const reminded = reminder === undefined ? [] : deadlineLines([reminder]);
  return {
    json: {
      tunnels: known.map(summary),
      ...(reminder === undefined ? {} : { reminder: deadlinesJson([reminder])[0] }),
    },
    lines: [...lines, ...reminded],
  };
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
