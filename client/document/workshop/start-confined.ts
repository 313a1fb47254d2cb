import { spawn, type ChildProcess } from 'node:child_process';

/** What a process may take beyond what Node itself does; kept to where the kernel can (Linux). */
const MEMORY_BYTES = 1024 ** 3;
/** What Node 24 reserves before it does anything, of what RLIMIT_DATA counts. */
const NODE_BYTES = 700 * 1024 * 1024;

interface Confined {
  /** What it runs. */
  readonly file: string;
  readonly memoryBytes?: number | undefined;
  /** JavaScript's own part. */
  readonly heapMebibytes: number;
  /** How many of malloc's arenas: each keeps what it once needed. */
  readonly arenas: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * A process that decodes what others have made, with a channel to us and nothing else: no core file and no other file,
 * which would have a person's papers in it, no environment of ours, a bounded memory. Every one is started here.
 */
export function startConfined(options: Confined): ChildProcess {
  const { file, memoryBytes = MEMORY_BYTES, heapMebibytes } = options;
  const words = [...permissions, `--max-old-space-size=${heapMebibytes}`, file];
  const kibibytes = Math.round((memoryBytes + NODE_BYTES) / 1024);
  const shell = `ulimit -c 0 && ulimit -f 0 && ulimit -d ${kibibytes} && exec "$0" "$@"`;
  const [program, rest] =
    process.platform === 'linux'
      ? ['/bin/sh', ['-c', shell, process.execPath, ...words]]
      : [process.execPath, words];
  return spawn(program, rest, {
    env: environmentFor(options),
    // Papers go over the pipe; what a decoder says about them goes nowhere.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    cwd: '/',
  });
}

/** Of the little that Node's own permissions keep from JavaScript: other processes, threads, writing. */
const permissions: readonly string[] =
  'electron' in process.versions ? [] : ['--permission', '--allow-addons', '--allow-fs-read=*'];

function environmentFor({ arenas, environment = {} }: Confined): Readonly<Record<string, string>> {
  return {
    ELECTRON_RUN_AS_NODE: '1',
    // Large pictures are unpacked in memory, never into a temporary file.
    VIPS_DISC_THRESHOLD: '4g',
    MALLOC_ARENA_MAX: String(arenas),
    ...(process.env['SYSTEMROOT'] === undefined ? {} : { SYSTEMROOT: process.env['SYSTEMROOT'] }),
    ...environment,
  };
}
