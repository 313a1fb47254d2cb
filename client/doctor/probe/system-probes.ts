import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { lookup, Resolver } from 'node:dns/promises';
import { childEnvironment, programPlaces } from '#shared/contract/system-names.ts';
import type { Entry, LookupResult, Probes, UnitState } from './probes.ts';

const SYSTEMCTL = ['/usr/bin/systemctl', '/bin/systemctl'];
const PROGRAM_MILLISECONDS = 3000;
const NAME_SERVER_MILLISECONDS = 2500;

/** c-ares's names for what a name server can answer besides what was asked for; the rest is nobody's answer. */
const refusals = new Set([
  'ENODATA',
  'EFORMERR',
  'ESERVFAIL',
  'ENOTFOUND',
  'ENOTIMP',
  'EREFUSED',
  'EBADRESP',
]);

/** This machine. */
export const systemProbes: Probes = {
  entry,
  unit,
  // Of this process's own network, whatever is mounted at /sys.
  hasInterface: (name) =>
    readFileSync('/proc/self/net/dev', 'utf8')
      .split('\n')
      .some((line) => line.trim().startsWith(`${name}:`)),
  firewallTables,
  resolvConf: async () => await readFile('/etc/resolv.conf', 'utf8').catch(() => null),
  answersAsNameServer,
  lookup: lookUp,
};

async function entry(path: string): Promise<Entry | null> {
  try {
    const state = await lstat(path);
    return { uid: state.uid, mode: state.mode & 0o7777, isFolder: state.isDirectory() };
  } catch {
    return null; // not there, or not ours to see: the same from here
  }
}

async function unit(name: string): Promise<UnitState | null> {
  const said = await output(SYSTEMCTL, ['show', '--property=LoadState,ActiveState', `${name}.service`]);
  const load = /^LoadState=(.+)$/m.exec(said ?? '')?.[1];
  const active = /^ActiveState=(.+)$/m.exec(said ?? '')?.[1];
  return load === undefined || active === undefined ? null : { load, active };
}

async function firewallTables(): Promise<readonly string[] | null> {
  // nft answers those who may not look with an empty list.
  if (process.getuid?.() !== 0) return null;
  const said = await output(programPlaces.nft, ['list', 'tables']);
  if (said === null) return null;
  return said.split('\n').flatMap((line) => /^table (\S+ \S+)$/.exec(line.trim())?.[1] ?? []);
}

/** The root's name servers are asked for: that tells nobody where this person goes. */
async function answersAsNameServer(address: string): Promise<boolean> {
  const resolver = new Resolver({ timeout: NAME_SERVER_MILLISECONDS, tries: 1 });
  try {
    resolver.setServers([address.includes(':') ? `[${address}]` : address]);
    await resolver.resolveNs('.');
    return true;
  } catch (cause) {
    return refusals.has(codeOf(cause));
  } finally {
    resolver.cancel();
  }
}

async function lookUp(host: string): Promise<LookupResult> {
  try {
    const found = await lookup(host, { all: true });
    return { kind: 'found', addresses: found.map(({ address }) => address) };
  } catch (cause) {
    const code = codeOf(cause);
    return code === 'ENOTFOUND' ? { kind: 'absent' } : { kind: 'unanswered', cause: code };
  }
}

/** What a program of the system's says, started by its absolute path. null: it is not there, or did not end well. */
function output(places: readonly string[], words: readonly string[]): Promise<string | null> {
  const file = places.find(isExecutable);
  if (file === undefined) return Promise.resolve(null);
  return new Promise((resolve) => {
    execFile(file, words, { env: childEnvironment, timeout: PROGRAM_MILLISECONDS }, (error, stdout) =>
      resolve(error === null ? stdout : null),
    );
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
}
