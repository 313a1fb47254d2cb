import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** A PostgreSQL server of a test's own, on a unix socket in its own directory; never the machine's. */
export interface RunningPostgresql {
  /** The URL of a new, empty database on it. */
  createDatabase(): string;
  /** Of its main process, for kill -9. */
  pid(): number;
  start(): void;
  /** False where it cannot start yet: the killed one's last processes still hold its memory. */
  startUnlessRunning(): boolean;
  stop(): void;
  /** kill -9 of all its processes. */
  kill(): void;
  /** A new database with what is in this one, by PostgreSQL's own backup. */
  dumpAndRestore(url: string): string;
  remove(): void;
}

const INSTALLED = '/usr/lib/postgresql';

/** Debian keeps the programs out of PATH, by version. */
function programDirectory(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined;
  const newest = readdirSync(INSTALLED).toSorted((one, other) => Number(other) - Number(one))[0];
  return newest === undefined ? undefined : join(INSTALLED, newest, 'bin');
}

/** PostgreSQL refuses uid 0; root becomes the package's own user. */
function postgresUid(): { readonly uid: number; readonly gid: number } | undefined {
  try {
    const id = (which: string): number => Number(execFileSync('id', [which, 'postgres'], { stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Why there can be none here; undefined where there can. */
export function postgresqlMissing(): string | undefined {
  if (programDirectory() === undefined) return 'PostgreSQL is not installed: script/bootstrap does that';
  if (process.getuid?.() !== 0) return undefined;
  try {
    execFileSync('setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', 'true'], {
      stdio: 'ignore',
    });
    return undefined;
  } catch {
    return 'root cannot become the user postgres here';
  }
}

export function startPostgresql(): RunningPostgresql {
  const home = mkdtempSync(join(tmpdir(), 'sanad-pg-'));
  const owner = process.getuid?.() === 0 ? postgresUid() : undefined;
  if (owner !== undefined) chownSync(home, owner.uid, owner.gid);
  const data = join(home, 'data');
  const call = (program: string, words: readonly string[], options: ExecFileSyncOptions = {}): string => {
    const own = [join(programDirectory() ?? '', program), ...words];
    const asOwner = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', ...own];
    const [command = '', ...rest] = owner === undefined ? own : asOwner;
    return String(execFileSync(command, rest, { cwd: home, stdio: 'pipe', ...options }));
  };
  call('initdb', ['-D', data, '-A', 'trust', '--no-sync', '-U', 'sanad', '-E', 'UTF8']);
  const settings = `-c listen_addresses='' -c max_connections=60 -c shared_buffers=16MB -k ${home}`;
  const start = (): void => {
    // Its log goes to a file: a pipe would be held open by the server.
    const log = ['-l', join(home, 'log')];
    call('pg_ctl', ['-D', data, '-w', '-t', '60', '-o', settings, ...log, 'start'], { stdio: 'ignore' });
  };
  start();
  const urlOf = (name: string): string => `postgresql:///${name}?host=${home}&user=sanad`;
  const psql = (url: string, command: string): string => call('psql', ['-XAtq', url, '-c', command]);
  let databases = 0;
  const createDatabase = (): string => {
    const name = `test${++databases}`;
    psql(urlOf('postgres'), `create database ${name}`);
    return urlOf(name);
  };
  const pid = (): number => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  return {
    start,
    dumpAndRestore: (url) => {
      const dump = join(home, 'dump');
      call('pg_dump', ['--format=custom', '--file', dump, url]);
      const restored = createDatabase();
      call('pg_restore', ['--exit-on-error', '--dbname', restored, dump]);
      return restored;
    },
    startUnlessRunning: () => {
      if (isAlive(data, pid)) return true;
      try {
        start();
        return true;
      } catch {
        return false;
      }
    },
    kill: () => {
      const main = pid();
      const children = readFileSync(`/proc/${main}/task/${main}/children`, 'utf8').trim().split(' ');
      for (const one of [String(main), ...children]) killNow(Number(one));
    },
    createDatabase,
    pid,
    stop: () => {
      if (!isAlive(data, pid)) return;
      call('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
    },
    remove: () => {
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function isAlive(data: string, pid: () => number): boolean {
  if (!existsSync(join(data, 'postmaster.pid'))) return false;
  // A zombie, or another process of that number, is none.
  return existsSync(`/proc/${pid()}`) && readFileSync(`/proc/${pid()}/cmdline`, 'utf8').includes(data);
}

function killNow(pid: number): void {
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself a moment ago.
  }
}
