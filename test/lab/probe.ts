/**
 * What an ordinary program of a user sees: run inside the lab as that user, prints one JSON line.
 *   probe.ts http ADDRESS            the body, or null
 *   probe.ts txt NAME [SERVER]       the text record, or null
 *   probe.ts flood SECONDS TARGET... UDP and TCP to each target's ports 80, 53 and 51820, as fast as it goes
 */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { get } from 'node:http';
import { connect } from 'node:net';

const [what, ...words] = process.argv.slice(2);
const DEADLINE = 1500;

function http(address: string): Promise<string | null> {
  const host = address.includes(':') ? `[${address}]` : address;
  return new Promise((resolve) => {
    const request = get(`http://${host}/`, { timeout: DEADLINE, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () => resolve(body.trim()));
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', () => resolve(null));
  });
}

async function txt(name: string, server: string | undefined): Promise<string | null> {
  const resolver = new Resolver({ timeout: DEADLINE, tries: 1 });
  if (server !== undefined) resolver.setServers([server]);
  try {
    return (await resolver.resolveTxt(name)).flat().join('');
  } catch {
    return null; // no answer is the answer
  }
}

/** Sends for a bounded time; what fails to send is dropped by the firewall, which is the point. */
async function flood(seconds: number, targets: readonly string[]): Promise<number> {
  const four = createSocket('udp4').on('error', () => undefined);
  const six = createSocket('udp6').on('error', () => undefined);
  const end = Date.now() + seconds * 1000;
  let sent = 0;
  while (Date.now() < end) {
    for (const target of targets) {
      const socket = target.includes(':') ? six : four;
      for (const port of [80, 53, 51820]) {
        socket.send('leak?', port, target, () => undefined);
        sent += 1;
      }
      const stream = connect({ host: target, port: 80 }).on('error', () => undefined);
      setTimeout(() => stream.destroy(), 50);
      sent += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  four.close();
  six.close();
  return sent;
}

async function main(): Promise<unknown> {
  if (what === 'http') return await http(words[0] ?? '');
  if (what === 'txt') return await txt(words[0] ?? '', words[1]);
  if (what === 'flood') return await flood(Number(words[0]), words.slice(1));
  throw new Error(`unknown probe ${what}`);
}
console.log(JSON.stringify(await main()));
