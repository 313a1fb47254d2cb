import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Set inside the lab's namespaces, and only there. */
const INSIDE = 'SANAD_LAB_INSIDE';

export const insideLab = (): boolean => process.env[INSIDE] === '1';

/**
 * Why no lab can be made on this machine, or null. As root always possible; else a user namespace must be
 * allowed and /dev/net/tun open to everybody (a user namespace cannot make device nodes).
 */
export function labImpossible(): string | null {
  if (!existsSync('/dev/net/tun')) return 'there is no /dev/net/tun';
  return null;
}

/**
 * Runs a command in new mount, network and process namespaces (and a user namespace when not root). Its first
 * process is the namespace's init: when it ends, or when this process is killed, the kernel ends everything
 * started inside and takes interfaces, firewall and mounts with it.
 */
export async function runInLab(command: readonly string[]): Promise<number> {
  const asRoot = process.getuid?.() === 0;
  const child = spawn(
    'unshare',
    [
      ...(asRoot ? [] : ['--user', '--map-root-user']),
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
    { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1', SANAD_LAB_ROOT: asRoot ? '1' : '0' } },
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
  process.exitCode = await runInLab(process.argv.slice(2));
}
