import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeFlagsOf, packaging, readTmpfiles, readUnit } from '#test/packaging/unit-file.ts';
import { shippedPackages } from '../../script/lib/shipped-packages.ts';
import { insideLab, labOfRoot } from './enter.ts';
import type { Identity } from './process.ts';

export const LAB = '/run/lab';
const repository = join(import.meta.dirname, '../..');

/** The installed system's accounts, and two people. */
export const accounts = {
  sanadd: 980,
  'sanad-fetch': 981,
  'sanad-gateway': 982,
  'sanad-issuer': 983,
  alice: 1000,
  bob: 1001,
} as const;
export type Account = keyof typeof accounts;

export const uidOf = (name: Account): number => accounts[name];

export function identity(name: Account): Identity {
  const uid = uidOf(name);
  const home = `${LAB}/home/${name}`;
  return {
    uid,
    gid: uid,
    capabilities: name === 'sanadd' ? 'net_admin' : 'none',
    environment: { HOME: home, USER: name, XDG_RUNTIME_DIR: `${LAB}/user/${uid}` },
  };
}

/** A machine as new: its own /run, /etc, /usr/sbin and /var/lib, users, programs, empty directories. */
export function prepareSystem(): void {
  if (!insideLab()) throw new Error('refused: this is not the inside of a lab (see test/lab/enter.ts)');
  if (!existsSync(LAB)) prepareOnce();
  forgetFormerLab();
  makeHomes();
  installDirectories();
  setSystemResolver('198.51.100.1');
  linkResolvConf();
}

/** What an earlier lab in the same namespaces left: every lab starts from nothing. */
function forgetFormerLab(): void {
  const parts = ['gateway', 'gateway-tls', 'home', 'user', 'log', 'tmp'].map((part) => join(LAB, part));
  const system = ['/run/sanad', '/run/wireguard', '/run/resolvconf', '/var/lib/sanad', '/etc/sanad'];
  for (const place of [...parts, ...system]) rmSync(place, { recursive: true, force: true });
  for (const part of ['log', 'tmp']) mkdirSync(join(LAB, part), { recursive: true });
  chmodSync(join(LAB, 'tmp'), 0o1777);
}

function prepareOnce(): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', '/run']);
  mkdirSync(join(LAB, 'bin'), { recursive: true });
  for (const place of ['/etc', '/usr/sbin', '/usr/lib', '/var/lib']) cover(place);
  openTunDevice();
  addAccounts();
  // `sanad user enable` writes there; in a user namespace the machine's own directory is nobody's.
  mkdirSync('/etc/tmpfiles.d', { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', '/etc/tmpfiles.d']);
  installPrograms();
  installResolvconf();
}

/** What is written to the place from here on stays in the lab. */
function cover(place: string): void {
  const name = place.replaceAll('/', '_');
  const upper = join(LAB, 'overlay', name, 'upper');
  const work = join(LAB, 'overlay', name, 'work');
  mkdirSync(upper, { recursive: true });
  mkdirSync(work, { recursive: true });
  const options = `lowerdir=${place},upperdir=${upper},workdir=${work}${labOfRoot() ? '' : ',userxattr'}`;
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, place]);
}

/** Some machines keep /dev/net/tun to root; the daemon is not root. A user namespace cannot make devices. */
function openTunDevice(): void {
  if (!labOfRoot()) return;
  execFileSync('mknod', ['-m', '0666', `${LAB}/tun`, 'c', '10', '200']);
  execFileSync('mount', ['--bind', `${LAB}/tun`, '/dev/net/tun']);
}

function addAccounts(): void {
  const all = Object.keys(accounts).map((name) => ({ name, id: uidOf(name as Account) }));
  const shell = (name: string): string => `${LAB}/home/${name}:/bin/bash`;
  append(
    '/etc/passwd',
    all.map(({ name, id }) => `${name}:x:${id}:${id}::${shell(name)}\n`),
  );
  append(
    '/etc/group',
    all.map(({ name, id }) => `${name}:x:${id}:\n`),
  );
}

/** In a user namespace the machine's own file is nobody's there, and cannot be written: another takes its place. */
function append(file: string, lines: readonly string[]): void {
  writeFileSync(`${file}.new`, readFileSync(file, 'utf8') + lines.join(''), { mode: 0o644 });
  renameSync(`${file}.new`, file);
}

function makeHomes(): void {
  own(`${LAB}/home/root`, { mode: 0o700 });
  for (const name of Object.keys(accounts)) {
    const home = `${LAB}/home/${name}`;
    own(home, { uid: uidOf(name as Account), mode: 0o700 });
    own(`${LAB}/user/${uidOf(name as Account)}`, { uid: uidOf(name as Account), mode: 0o700 });
  }
}

/** Node, the bundles and their native addons where every lab user can read them. */
function installPrograms(): void {
  const node = join(LAB, 'bin/node');
  writeFileSync(node, '');
  execFileSync('mount', ['--bind', join(repository, 'node_modules/node/bin/node'), node]);
  const programs = join(LAB, 'sanad');
  cpSync(join(repository, 'dist'), programs, { recursive: true });
  for (const name of shippedPackages()) {
    cpSync(join(repository, 'node_modules', name), join(programs, 'node_modules', name), { recursive: true });
  }
  for (const program of ['sanad', 'sanadd', 'sanad-fetch', 'sanad-gateway', 'sanad-issuer']) {
    const unit = `${program}.service`;
    const flags = existsSync(join(packaging, 'systemd', unit)) ? nodeFlagsOf(readUnit(unit)) : [];
    const ending = program === 'sanad' ? 'cjs' : 'mjs';
    const words = [node, ...flags, `${programs}/${program}.${ending}`].join(' ');
    writeFileSync(join(LAB, 'bin', program), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  }
  copyFileSync(join(import.meta.dirname, 'probe.ts'), join(LAB, 'probe.ts'));
}

/**
 * openresolv, unpacked by script/bootstrap and never installed on the machine, in the layout in which all it
 * writes is below /run/resolvconf: so group rights on one directory let the daemon set DNS without being root.
 */
function installResolvconf(): void {
  const unpacked = join(repository, 'node_modules/.lab/openresolv');
  if (!existsSync(unpacked)) throw new Error('openresolv is not unpacked. Next: run script/bootstrap.');
  rmSync('/usr/sbin/resolvconf', { force: true });
  copyFileSync(join(unpacked, 'sbin/resolvconf'), '/usr/sbin/resolvconf');
  rmSync('/usr/lib/resolvconf', { recursive: true, force: true });
  cpSync(join(unpacked, 'lib/resolvconf'), '/usr/lib/resolvconf', { recursive: true });
  writeFileSync('/etc/resolvconf.conf', 'resolv_conf=/run/resolvconf/resolv.conf\n');
}

/** What programs ask names by: the file of resolvconf, as installed, or another. */
export function linkResolvConf(target = '/run/resolvconf/resolv.conf'): void {
  rmSync('/etc/resolv.conf', { force: true });
  symlinkSync(target, '/etc/resolv.conf');
}

/** What a DHCP client tells resolvconf as root; what it makes new is the daemon's to write too. */
export function setSystemResolver(address: string): void {
  mkdirSync('/run/resolvconf', { recursive: true });
  execFileSync('/usr/sbin/resolvconf', ['-a', 'eth0'], {
    input: `nameserver ${address}\n`,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  const group = uidOf('sanadd');
  execFileSync('chgrp', ['-R', String(group), '/run/resolvconf']);
  execFileSync('chmod', ['-R', 'g+rwXs', '/run/resolvconf']);
}

/** As an installation makes them. */
function installDirectories(): void {
  const idOf = (name: string): number => (name === 'root' ? 0 : uidOf(name as Account));
  for (const { path, mode, user, group } of readTmpfiles('sanad.conf')) {
    own(path, { uid: idOf(user), gid: idOf(group), mode });
  }
}

export function own(
  directory: string,
  { uid = 0, gid = uid, mode }: { readonly uid?: number; readonly gid?: number; readonly mode: number },
): void {
  mkdirSync(directory, { recursive: true });
  chownSync(directory, uid, gid);
  chmodSync(directory, mode);
}

/** Writes a file that only its owner reads. */
export function writeFor(name: Account, file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode: 0o600 });
  chownSync(file, uidOf(name), uidOf(name));
}

export const logOf = (name: string): string =>
  existsSync(`${LAB}/log/${name}.log`) ? readFileSync(`${LAB}/log/${name}.log`, 'utf8') : '';
