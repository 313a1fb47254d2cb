import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Set inside the lab's namespaces, and only there. */
const INSIDE = 'SANAD_LAB_INSIDE';
const OF_ROOT = 'SANAD_LAB_ROOT';

export const insideLab = (): boolean => process.env[INSIDE] === '1';

/** Inside: whether the machine's root made it, and not a user in a namespace of theirs. */
export const labOfRoot = (): boolean => process.env[OF_ROOT] === '1';

const asRoot = (): boolean => process.getuid?.() === 0;
/** Without root: the lab's many users are the uids that /etc/subuid gives to this one. */
const usersOfOwn = ['--user', '--map-root-user', '--map-auto'];

/** Why no lab can be made on this machine and what to do, or null. As root there always can. */
export function labImpossible(): string | null {
  if (insideLab()) return null;
  const open = asRoot() ? existsSync('/dev/net/tun') : isOpen('/dev/net/tun');
  if (!open) return 'This user cannot open /dev/net/tun. Next: run it as root.';
  if (asRoot()) return null;
  const tried = spawnSync('unshare', [...usersOfOwn, 'true'], { encoding: 'utf8' });
  if (tried.status === 0) return null;
  return `No user namespace with many users: ${tried.stderr.trim()}. Next: install uidmap and see that /etc/subuid lists this user, or run it as root.`;
}

function isOpen(file: string): boolean {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a command in new mount, network and process namespaces (and a user namespace when not root). Its first
 * process is the namespace's init: when it ends, or when this process is killed, the kernel ends everything
 * started inside and takes interfaces, firewall and mounts with it.
 */
export async function runInLab(command: readonly string[]): Promise<number> {
  const child = spawn(
    'unshare',
    [
      ...(asRoot() ? [] : usersOfOwn),
      '--mount',
      '--net',
      '--pid',
      '--fork',
      '--kill-child=SIGKILL',
      '--mount-proc',
      '--propagation',
      'private',
      ...command,
    ],
    { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1', [OF_ROOT]: asRoot() ? '1' : '0' } },
  );
  child.on('spawn', () => rememberInit(child.pid));
  // Ctrl-C reaches the whole foreground group; the inner process cleans up and decides the exit code.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  const terminate = (): void => void child.kill('SIGKILL');
  process.on('SIGTERM', terminate);
  process.on('SIGHUP', terminate);
  return await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  }).finally(() => {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', terminate);
    process.off('SIGHUP', terminate);
    rmSync(initFile, { force: true });
  });
}

/** Holds the id, as the machine sees it, of the lab's first process: for `script/demo --shell`. */
const initFile = join(import.meta.dirname, '../../node_modules/.lab/init-pid');

function rememberInit(unsharePid: number | undefined): void {
  const children = `/proc/${unsharePid}/task/${unsharePid}/children`;
  const look = (attempts: number): void => {
    const pid = readFileSync(children, 'utf8').trim();
    if (pid !== '') {
      mkdirSync(join(initFile, '..'), { recursive: true });
      writeFileSync(initFile, pid);
    } else if (attempts > 0) setTimeout(look, 20, attempts - 1).unref();
  };
  if (existsSync(children)) look(50);
}

/** `node test/lab/enter.ts COMMAND...`: the same from a shell. */
if (process.argv[1] === import.meta.filename) {
  const impossible = labImpossible();
  if (impossible !== null) console.error(impossible);
  process.exitCode = impossible === null ? await runInLab(process.argv.slice(2)) : 1;
}
