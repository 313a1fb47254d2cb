import { join } from 'node:path';
import { configDirectory } from '#client/config-directory.ts';
import { systemKeychain } from '#client/keychain.ts';
import { paths } from '#shared/contract/paths.ts';
import { NAMES_WORD, namesFor } from './completion/names.ts';
import { DONE, INTERRUPTED } from './exit-code.ts';
import type { Surroundings } from './surroundings.ts';
import { wantsColours } from './terminal/colours.ts';
import { Terminal } from './terminal/terminal.ts';
import { version } from './version.ts';

declare global {
  // oxlint-disable-next-line no-var -- only `var` declares a property of globalThis
  var __zod_globalConfig: { jitless?: boolean } | undefined;
}

// Before zod is loaded: a command reads a few records, once; compiling code for each of their schemas takes longer.
globalThis.__zod_globalConfig = { jitless: true };

/** Runs the command line of this process, on this machine, and ends the process with its exit code. */
export async function main(): Promise<void> {
  const { stdin, stdout, stderr, env } = process;
  const words = process.argv.slice(2);
  // Whoever reads has left (`sanad watch | head`): nothing to say to anybody.
  stdout.on('error', () => process.exit(1));
  if (words[0] === NAMES_WORD) {
    const { anchorDirectory } = paths;
    const names = namesFor(words[1], { configDirectory: configDirectory(), anchorDirectory });
    stdout.write(names.map((name) => `${name}\n`).join(''), () => process.exit(DONE));
    return;
  }
  const terminal = new Terminal({
    stdin,
    stdout,
    stderr,
    isInteractive: stdin.isTTY && stderr.isTTY,
    hasColours: wantsColours({ isTerminal: stdout.isTTY && stderr.isTTY, environment: env, words }),
    // A terminal that does not know its width says 0.
    columns: stdout.isTTY && stdout.columns > 0 ? stdout.columns : undefined,
  });
  // Loaded here: completion, above, has no use for it.
  const { run } = await import('./run.ts');
  const exitCode = await run(words, systemSurroundings(terminal));
  // Whatever is still open (a keychain's child, a socket) must not keep the command from ending.
  stdout.write('', () => process.exit(exitCode));
}

/** This person's, on this machine. */
export function systemSurroundings(terminal: Terminal): Surroundings {
  const uid = process.getuid?.() ?? -1;
  const user = String(uid);
  return {
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
    terminal,
    system: {
      userDirectory: paths.userDirectory,
      relayDirectory: paths.relayDirectory,
      anchorDirectory: paths.anchorDirectory,
      policyDirectory: paths.policyDirectory,
      tmpfilesDirectory: '/etc/tmpfiles.d',
      passwd: '/etc/passwd',
      group: '/etc/group',
    },
    environment: process.env,
    onInterrupt: listenForInterrupts(),
  };
}

function listenForInterrupts(): Surroundings['onInterrupt'] {
  let onInterrupt: (() => void) | undefined;
  const interrupt = (): void => {
    const handler = onInterrupt;
    // A second Ctrl-C does not wait for anybody.
    onInterrupt = undefined;
    if (handler === undefined) process.exit(INTERRUPTED);
    handler();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return (handler) => {
    onInterrupt = handler;
    return () => (onInterrupt = undefined);
  };
}
