import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { run } from '#cli/run.ts';
import type { Surroundings } from '#cli/surroundings.ts';
import { Terminal } from '#cli/terminal/terminal.ts';
import { memoryKeychain } from '../client/memory-keychain.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was said with --json. */
  readonly answer: Readonly<Record<string, unknown>> & {
    readonly ok?: boolean;
    readonly problem?: { readonly kind: string; readonly code: string };
  };
}

export interface CommandLine {
  readonly home: string;
  readonly secrets: Map<string, string>;
  /** What a test changes before a command. */
  surroundings: Omit<Surroundings, 'terminal'>;
  /** As somebody at a terminal who types this; otherwise nobody is there. */
  typed: string | undefined;
  interrupt(): void;
  sanad(...words: readonly string[]): Promise<Outcome>;
  close(): void;
}

/** The command line in this process, in a home and on a machine of the test's own. */
export function makeCommandLine(): CommandLine {
  const home = mkdtempSync(join(tmpdir(), 'sanad-cli-'));
  const at = (...parts: readonly string[]): string => join(home, ...parts);
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  for (const name of ['user', 'relay', 'anchor.d', 'tmpfiles.d']) mkdirSync(at(name), { mode: 0o755 });
  writeFileSync(at('passwd'), `root:x:0:0::/root:/bin/sh\nalice:x:${uid}:${gid}::/home/alice:/bin/sh\n`);
  writeFileSync(at('group'), `sanadd:x:${gid}:\nsanad-fetch:x:${gid}:\n`);
  const secrets = new Map<string, string>();
  let interruptHandler: (() => void) | undefined;
  const commandLine: CommandLine = {
    home,
    secrets,
    typed: undefined,
    surroundings: {
      uid: 1000,
      client: {
        configDirectory: at('config'),
        anchors: { directory: at('anchor.d'), ownerUid: uid },
        daemonSocket: at('run', 'user', '1000', 'sanadd.sock'),
        relaySocket: at('run', 'relay', '1000', 'relay.sock'),
        keychain: memoryKeychain(secrets),
        program: 'sanad test',
        now: () => 1_800_000_000,
      },
      system: {
        userDirectory: at('user'),
        relayDirectory: at('relay'),
        anchorDirectory: at('anchor.d'),
        policyDirectory: at('policy.d'),
        tmpfilesDirectory: at('tmpfiles.d'),
        passwd: at('passwd'),
        group: at('group'),
      },
      onInterrupt: (handler) => {
        interruptHandler = handler;
        return () => (interruptHandler = undefined);
      },
    },
    interrupt: () => interruptHandler?.(),
    sanad: (...words) => speak(commandLine, words),
    close: () => rmSync(home, { recursive: true, force: true }),
  };
  return commandLine;
}

async function speak({ surroundings, typed }: CommandLine, words: readonly string[]): Promise<Outcome> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const stdin = typed === undefined ? Readable.from([]) : Readable.from([Buffer.from(typed)]);
  const isInteractive = typed !== undefined && !words.includes('-');
  const terminal = new Terminal({ stdin, stdout, stderr, isInteractive, hasColours: false });
  const code = await run(words, { ...surroundings, terminal });
  const said = String(stdout.read() ?? '');
  return {
    code,
    stdout: said,
    stderr: String(stderr.read() ?? ''),
    answer: words.includes('--json')
      ? (JSON.parse(said.trim().split('\n').at(-1) ?? '') as Outcome['answer'])
      : {},
  };
}
