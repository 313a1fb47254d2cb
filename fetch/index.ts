import { paths } from '#shared/contract/paths.ts';
import { readAnchors } from './anchor/read-anchors.ts';
import { AnchoredOrigins } from './origin/anchored-origins.ts';
import { resolveName } from './origin/resolve-name.ts';
import { relay, relayLimits } from './relay/relay-connection.ts';
import { RelayDirectories } from './relay/relay-directories.ts';
import { createFetchService } from './service/fetch-service.ts';
import { openFetchSocket } from './service/fetch-socket.ts';

// Node's own answer to SIGUSR1 is a debugger on a TCP port of loopback, open to every user of the machine.
process.on('SIGUSR1', () => undefined);

const complaints = new Set<string>();

/** Names what cannot be used on this machine, once each; never what is fetched or for whom. */
function complain(what: string): (name: string, cause: unknown) => void {
  return (name, cause) => {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    const line = `sanad-fetch: ${what} ${name} is not used: ${reason}\n`;
    if (!complaints.has(line)) process.stderr.write(line);
    complaints.add(line);
  };
}

const origins = new AnchoredOrigins({
  readAnchors: () =>
    readAnchors({ directory: paths.anchorDirectory, ownerUid: 0, onUnusable: complain('anchor') }),
  resolveName,
});

const relays = new RelayDirectories({
  directory: paths.relayDirectory,
  onConnection: (socket) => void relay(socket, origins, relayLimits),
  onUnusable: complain('relay folder'),
});

const socket = await openFetchSocket(paths.fetchSocket, createFetchService({ origins, resolveName }));
await relays.start();
process.on('SIGHUP', () => void relays.rescan());

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    relays.close();
    socket.close();
    process.exit(0);
  });
}
