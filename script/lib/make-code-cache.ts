import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type * as Bundle from '#cli/bundle.ts';
import { cacheOf, loadBundle } from '#cli/launch/load-bundle.ts';
import type { Surroundings } from '#cli/surroundings.ts';

/**
 * `node make-code-cache.ts BUNDLE`: runs the commands that people wait for, against a service that is made up, and
 * keeps what V8 compiled for them beside the bundle.
 */
type Parts = Awaited<ReturnType<typeof Bundle.parts>>;

const key = `${'A'.repeat(42)}E=`;
const tunnel = {
  version: 1,
  name: 'office',
  configuration: {
    addresses: ['10.0.0.2/32'],
    dns: { servers: ['10.0.0.1'], searchDomains: [] },
    peers: [
      {
        publicKey: key,
        endpoint: { host: 'vpn.example', port: 51_820 },
        allowedIps: ['0.0.0.0/0'],
        hasPresharedKey: false,
      },
    ],
  },
};
const [, , bundle = ''] = process.argv;
const home = mkdtempSync(join(tmpdir(), 'sanad-build-'));
try {
  const { exports, script } = loadBundle<typeof Bundle>(bundle);
  const service = await startService(join(home, 'sanadd.sock'));
  mkdirSync(join(home, 'tunnel'));
  writeFileSync(join(home, 'tunnel', 'office.json'), JSON.stringify(tunnel));
  for (const words of ['status', 'status --json', 'list', '--help'])
    await speak(await exports.parts(), words.split(' '));
  service.close();
  // Under its name only when it is whole.
  writeFileSync(`${cacheOf(bundle)}.new`, script.createCachedData());
  renameSync(`${cacheOf(bundle)}.new`, cacheOf(bundle));
} finally {
  rmSync(home, { recursive: true });
}

async function speak({ run, Terminal }: Parts, words: readonly string[]): Promise<void> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const terminal = new Terminal({ stdin, stdout, stderr, isInteractive: false, hasColours: true });
  const code = await run(words, surroundings(terminal));
  if (code !== 0) throw new Error(`sanad ${words.join(' ')} ended with ${code}: ${String(stderr.read())}`);
}

function surroundings(terminal: Surroundings['terminal']): Surroundings {
  const unused = (): Promise<never> => Promise.reject(new Error('no keychain while building'));
  return {
    uid: 1000,
    client: {
      configDirectory: home,
      anchors: { directory: home, ownerUid: 0 },
      daemonSocket: join(home, 'sanadd.sock'),
      relaySocket: join(home, 'relay.sock'),
      keychain: { prepare: () => undefined, look: unused, get: unused, set: unused, delete: unused },
      program: 'sanad build',
      now: () => Math.floor(Date.now() / 1000),
    },
    terminal,
    system: {
      userDirectory: home,
      relayDirectory: home,
      anchorDirectory: home,
      policyDirectory: home,
      tmpfilesDirectory: home,
      passwd: join(home, 'passwd'),
      group: join(home, 'group'),
    },
    onInterrupt: () => () => undefined,
  };
}

/** Says hello, and that every tunnel is registered. */
function startService(path: string): Promise<Server> {
  const state = { kind: 'disconnected' };
  const status = { state, target: 'unprotected', firewall: 'open', warnings: [] };
  const hello = { version: 1, program: 'sanadd build', instance: 'build', access: 'use' };
  const server = createServer((socket) => {
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.trim().split('\n')) {
        const message = JSON.parse(line) as { readonly id?: number };
        const answers =
          message.id === undefined
            ? [{ hello }, { status }]
            : [{ id: message.id, result: { refusal: null, statusListIssuedAt: 1_800_000_000 } }];
        for (const answer of answers) socket.write(`${JSON.stringify(answer)}\n`);
      }
    });
  });
  return new Promise((resolve) => server.listen(path, () => resolve(server)));
}
