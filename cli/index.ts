#!/usr/bin/env node
import { join } from 'node:path';
import { configDirectory } from '#client/config-directory.ts';
import { systemKeychain } from '#client/keychain.ts';
import { paths } from '#shared/contract/paths.ts';
import { INTERRUPTED } from './exit-code.ts';
import { run } from './run.ts';
import type { Surroundings } from './surroundings.ts';
import { Terminal } from './terminal/terminal.ts';
import { version } from './version.ts';

const { stdin, stdout, stderr, env } = process;
const uid = process.getuid?.() ?? -1;
const user = String(uid);

let onInterrupt: (() => void) | undefined;
function interrupt(): void {
  const handler = onInterrupt;
  // A second Ctrl-C does not wait for anybody.
  onInterrupt = undefined;
  if (handler === undefined) process.exit(INTERRUPTED);
  handler();
}
process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
// Whoever reads has left (`sanad watch | head`): nothing to say to anybody.
stdout.on('error', () => process.exit(1));

const surroundings: Surroundings = {
  uid,
  client: {
    configDirectory: configDirectory(),
    anchors: { directory: paths.anchorDirectory, ownerUid: 0 },
    daemonSocket: uid === 0 ? paths.adminSocket : join(paths.userDirectory, user, paths.userSocketName),
    relaySocket: join(paths.relayDirectory, user, paths.relaySocketName),
    keychain: systemKeychain,
    program: `sanad ${version}`,
    now: () => Math.floor(Date.now() / 1000),
  },
  terminal: new Terminal({
    stdin,
    stdout,
    stderr,
    isInteractive: stdin.isTTY && stderr.isTTY,
    // https://no-color.org: set and not empty.
    hasColours: stdout.isTTY && stderr.isTTY && (env['NO_COLOR'] ?? '') === '',
  }),
  system: {
    userDirectory: paths.userDirectory,
    relayDirectory: paths.relayDirectory,
    anchorDirectory: paths.anchorDirectory,
    tmpfilesDirectory: '/etc/tmpfiles.d',
    passwd: '/etc/passwd',
    group: '/etc/group',
  },
  onInterrupt: (handler) => {
    onInterrupt = handler;
    return () => (onInterrupt = undefined);
  },
};

const exitCode = await run(process.argv.slice(2), surroundings);
// Whatever is still open (a keychain's child, a socket) must not keep the command from ending.
stdout.write('', () => process.exit(exitCode));
