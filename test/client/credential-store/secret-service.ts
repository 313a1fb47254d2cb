import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A throw-away desktop session: a bus of its own and, unless told otherwise, an unlocked gnome-keyring on it. */
export interface SecretServiceOptions {
  /** Where the keyring's files go; the caller's to remove. */
  readonly home: string;
  /** Whose session it is; the caller's own when left out. */
  readonly uid?: number;
  readonly gid?: number;
  /** `none`: a bus on which nobody offers the Secret Service. `on-demand`: the bus starts it for the first caller. */
  readonly service?: 'gnome-keyring' | 'none' | 'on-demand';
  /** How long an `on-demand` service takes until it begins; not at all by default. */
  readonly startSeconds?: number;
  /** `silent`: somebody is asked to unlock and never answers. Without it, asking fails at once. */
  readonly prompter?: 'silent';
}

export interface SecretService {
  /** For the programs of this session. */
  readonly environment: Readonly<Record<string, string>>;
  /** Locks the keyring as a screen lock or a suspend would. */
  lock(): Promise<void>;
  /** Ends the keyring alone, as a crash would. */
  killService(): Promise<void>;
  /** Stops the keyring where it is, as a debugger would: it keeps its place on the bus and says nothing. */
  freezeService(): void;
  /** Whether the `silent` prompter has been started to ask somebody. */
  asked(): boolean;
  /** Lets it go on. */
  thawService(): void;
  /** How many connections the bus has now, those of the service and of this question included. */
  connections(): Promise<number>;
  /** Ends every process of the session, each by its id, and removes its bus. */
  stop(): Promise<void>;
}

const COLLECTION = '/org/freedesktop/secrets/collection/login';

export async function startSecretService(options: SecretServiceOptions): Promise<SecretService> {
  const session = prepareSession(options);
  const processes: Launched[] = [];
  const stop = async () => {
    for (const process of processes.toReversed()) await end(process);
    endStartedByBus(session.directory);
    rmSync(session.directory, { recursive: true, force: true });
  };
  const bus = launch(session, 'dbus-daemon', [
    `--config-file=${session.directory}/bus.conf`,
    '--nofork',
    '--print-address',
  ]);
  processes.push(bus);
  try {
    await until('the session bus', () => bus.output().includes('unix:'), bus);
    const { service = 'gnome-keyring' } = options;
    const keyring = service === 'gnome-keyring' ? launchKeyring(session) : undefined;
    if (keyring !== undefined) {
      processes.push(keyring);
      await untilUnlocked(session, keyring);
    }
    return {
      environment: session.environment,
      lock: async () => void (await ask(session, 'Lock', `array:objpath:${COLLECTION}`)),
      killService: async () => {
        if (keyring !== undefined) await end(keyring, 'SIGKILL');
      },
      freezeService: () => void keyring?.child.kill('SIGSTOP'),
      asked: () => existsSync(join(session.directory, `${PROMPTER}.pid`)),
      thawService: () => void keyring?.child.kill('SIGCONT'),
      connections: async () => (await askBus(session, 'ListNames')).match(/":\d/g)?.length ?? 0,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Session {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly identity: { readonly uid?: number; readonly gid?: number };
}

function prepareSession(options: SecretServiceOptions): Session {
  const { home, uid, gid } = options;
  const directory = mkdtempSync(join(tmpdir(), 'sanad-session-'));
  mkdirSync(join(directory, 'services'));
  writeFileSync(join(directory, 'bus.conf'), busConfiguration(directory));
  if (options.prompter === 'silent') startByBus(directory, PROMPTER, 'exec sleep 600');
  if (options.service === 'on-demand') {
    writeFileSync(join(directory, 'password'), PASSWORD);
    const keyring = ['gnome-keyring-daemon', ...keyringWords, `< ${directory}/password`].join(' ');
    startByBus(directory, 'org.freedesktop.secrets', `sleep ${options.startSeconds ?? 0}; exec ${keyring}`);
  }
  // What the session's owner needs to read and to create in.
  if (uid !== undefined && gid !== undefined) chownSync(directory, uid, gid);
  chmodSync(directory, 0o700);
  return {
    directory,
    identity: { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) },
    environment: {
      HOME: home,
      XDG_RUNTIME_DIR: directory,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${directory}/bus`,
    },
  };
}

/** As the system's session.conf, but without its services: nothing starts by itself, no prompt finds a screen. */
function busConfiguration(directory: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${directory}/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>${directory}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
}

/** The bus starts it for whoever calls the name first, and does not end it: its id is kept for that. */
function startByBus(directory: string, name: string, command: string): void {
  const program = join(directory, name);
  writeFileSync(program, `#!/bin/sh\necho $$ >${program}.pid\n${command}\n`, { mode: 0o755 });
  writeFileSync(
    join(directory, 'services', `${name}.service`),
    `[D-BUS Service]\nName=${name}\nExec=${program}\n`,
  );
}

function endStartedByBus(directory: string): void {
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.pid'))) {
    try {
      process.kill(Number(readFileSync(join(directory, file), 'utf8')), 'SIGKILL');
    } catch {
      // It ended with its bus.
    }
  }
}

const PROMPTER = 'org.gnome.keyring.SystemPrompter';
const PASSWORD = 'correct horse battery staple';
const keyringWords = ['--foreground', '--unlock', '--components=secrets'] as const;

function launchKeyring(session: Session): Launched {
  const keyring = launch(session, 'gnome-keyring-daemon', keyringWords);
  keyring.child.stdin?.end(PASSWORD);
  return keyring;
}

async function untilUnlocked(session: Session, keyring: Launched): Promise<void> {
  await until(
    'the keyring',
    async () => (await ask(session, 'ReadAlias', 'string:default').catch(() => '')).includes(COLLECTION),
    keyring,
  );
}

async function ask(session: Session, method: string, argument: string): Promise<string> {
  const words = ['--dest=org.freedesktop.secrets', '/org/freedesktop/secrets'];
  return await send(session, [...words, `org.freedesktop.Secret.Service.${method}`, argument]);
}

async function askBus(session: Session, method: string): Promise<string> {
  const words = ['--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
  return await send(session, [...words, `org.freedesktop.DBus.${method}`]);
}

async function send(session: Session, words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('dbus-send', ['--session', '--print-reply', ...words], {
    env: withPath(session),
    ...session.identity,
  });
  return stdout;
}

interface Launched {
  readonly child: ChildProcess;
  output(): string;
}

function launch(session: Session, program: string, words: readonly string[]): Launched {
  const child = spawn(program, words, {
    env: withPath(session),
    ...session.identity,
    cwd: '/',
    stdio: 'pipe',
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', (error) => keep(Buffer.from(error.message)));
  return { child, output: () => output };
}

/** The session's programs are looked for where the caller finds them; its own environment says nothing of that. */
function withPath({ environment }: Session): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...environment };
}

async function end({ child }: Launched, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  // One that was frozen gets no other signal before.
  child.kill('SIGCONT');
  await exited;
}

async function until(what: string, seen: () => boolean | Promise<boolean>, from: Launched): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (await seen()) return;
    if (from.child.exitCode !== null) break;
    await delay(25);
  }
  throw new Error(`${what} did not start: ${from.output()}`);
}
