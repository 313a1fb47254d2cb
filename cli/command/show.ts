import { candidatesFor } from '#client/registration/read-certificate.ts';
import { allRegistered } from '#client/registration/registered.ts';
import { withoutSecrets } from '#client/tunnel/stored-tunnel.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { formatConf } from '#shared/wireguard/conf.ts';
import { faint, type Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { candidateJson, candidateWords } from '../terminal/assurance-words.ts';

/** The keychain is not even asked: what is not read cannot be shown. */
export async function showCommand({ client }: Surroundings, name: string): Promise<Answer> {
  const tunnel = await new TunnelStore(client).get(name);
  const [candidate] = candidatesFor(tunnel, await allRegistered(client.configDirectory));
  const conf = formatConf(withoutSecrets(tunnel), { secrets: false }).trimEnd().split('\n');
  const words = candidate === undefined ? 'none on this computer' : candidateWords(candidate, client.now());
  return {
    json: { tunnel: { name: tunnel.name, ...tunnel.configuration }, registration: candidateJson(candidate) },
    // A comment, so that what is shown can still be taken for a file.
    lines: [faint(`# Registration: ${words}`), ...conf],
  };
}
