import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { Readable, Writable } from 'node:stream';
import { DevToolsPipe } from './devtools-pipe.ts';
import { memoryFolder, type MemoryFolder } from './memory-folder.ts';
import { printError } from './print-problem.ts';
import { makeProfile, removeProfile } from './throwaway-profile.ts';

interface BrowserOptions {
  readonly program: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Who runs it; undefined where users have no number. */
  readonly uid: number | undefined;
}

/** A browser without a window, without network and with a profile that is thrown away, for as long as the work takes. */
export async function withBrowser<Result>(
  options: BrowserOptions,
  work: (browser: DevToolsPipe) => Promise<Result>,
): Promise<Result> {
  const memory = await memoryFolder(options);
  const profile = await makeProfile({ ...options, folder: memory?.path ?? tmpdir() });
  const child = spawn(options.program, argumentsFor({ profile, memory, uid: options.uid }), {
    env: environmentFor(profile, options.environment),
    // A group of its own: its helpers end with it.
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  try {
    return await work(pipeTo(child));
  } finally {
    await end(child);
    await removeProfile(profile);
  }
}

function pipeTo(child: ChildProcess): DevToolsPipe {
  const [, , , requests, answers] = child.stdio;
  if (!(requests instanceof Writable && answers instanceof Readable)) throw printError('browser_unusable');
  const pipe = new DevToolsPipe({ requests, answers });
  child.on('error', () => pipe.fail(printError('browser_unusable')));
  child.on('exit', () => pipe.fail(printError('browser_unusable')));
  return pipe;
}

async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const isOver = child.exitCode !== null || child.signalCode !== null;
  const over = isOver ? Promise.resolve() : once(child, 'exit');
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has ended by itself.
  }
  await over;
}

interface Arguments {
  readonly profile: string;
  readonly memory: MemoryFolder | undefined;
  readonly uid: number | undefined;
}

function argumentsFor({ profile, memory, uid }: Arguments): string[] {
  return [
    '--headless',
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
    // No name and no literal address leads anywhere, whatever a page may hold.
    '--host-resolver-rules=MAP * ~NOTFOUND',
    ...['--no-first-run', '--no-default-browser-check', '--disable-extensions', '--disable-sync'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-default-apps'],
    ...['--disable-breakpad', '--disable-crash-reporter', '--disable-gpu'],
    // Then it is in TMPDIR.
    ...(memory?.isUsual === false ? ['--disable-dev-shm-usage'] : []),
    ...['--password-store=basic', '--use-mock-keychain', '--mute-audio', '--hide-scrollbars'],
    // Chromium refuses to run as root otherwise. The page is ours and runs no script.
    ...(uid === 0 ? ['--no-sandbox'] : []),
  ];
}

/** What a program needs to start and to find fonts; its caches and what it writes on the way go with the profile. */
function environmentFor(profile: string, environment: BrowserOptions['environment']): Record<string, string> {
  const kept: Record<string, string> = { XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile, TMPDIR: profile };
  for (const name of ['PATH', 'HOME', 'LANG', 'LC_ALL', 'XDG_RUNTIME_DIR', 'FONTCONFIG_FILE']) {
    const value = environment[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
