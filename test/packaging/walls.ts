import { LAB } from '#test/lab/system.ts';
import type { UnitFile } from './unit-file.ts';

/** Where the private /dev is put together. */
const DEVICES = `${LAB}/devices`;

/** Mounts that nobody may make read-only: the lab's ways into its hosts. */
const LEFT_ALONE = ['/proc', '/run/netns/*', '/run/netns'];

/**
 * A shell script that puts up, in a mount namespace of its own, what a unit asks of systemd: ProtectSystem=strict with
 * its ReadWritePaths, InaccessiblePaths, ProtectKernelTunables, PrivateDevices with its devices, PrivateTmp, ProtectHome
 * and ProtectProc; then it becomes what it was given.
 */
export function wallsOf(unit: UnitFile, alsoWritable: readonly string[]): string {
  const own = [
    ...unit.words('StateDirectory').map((name) => `/var/lib/${name}`),
    ...unit.words('RuntimeDirectory').map((name) => `/run/${name}`),
  ];
  const writable = [...pathsOf(unit, 'ReadWritePaths'), ...own, ...alsoWritable];
  const devices = pathsOf(unit, 'BindPaths');
  return [
    'set -e',
    `mkdir -p ${DEVICES} && mount -t tmpfs -o mode=0755 tmpfs ${DEVICES} && mkdir ${DEVICES}/net`,
    ...['null c 1 3', 'zero c 1 5', 'full c 1 7', 'random c 1 8', 'urandom c 1 9', 'tty c 5 0'].map(
      (device) => `mknod -m 0666 ${DEVICES}/${device}`,
    ),
    ...devices.map((device) => {
      const here = DEVICES + device.slice('/dev'.length);
      return `touch ${here} && mount --bind ${device} ${here}`;
    }),
    `mount --rbind ${DEVICES} /dev`,
    ...['/tmp', '/home', '/root'].map((path) => `mount -t tmpfs tmpfs ${path}`),
    'mount -t proc -o hidepid=invisible proc /proc',
    'mount --bind /proc/sys /proc/sys',
    ...writable.map((path) => `mount --bind ${path} ${path}`),
    `while read -r _ _ _ _ place _; do case "$place" in`,
    `  ${[...LEFT_ALONE, ...writable].join('|')}) ;;`,
    // Some are hidden below others.
    '  *) ! mountpoint -q "$place" || mount -o remount,bind,ro "$place" ;;',
    'esac; done </proc/self/mountinfo',
    ...pathsOf(unit, 'InaccessiblePaths').map(
      (path) => `[ ! -e ${path} ] || mount -t tmpfs -o ro,mode=0000 tmpfs ${path}`,
    ),
    'exec "$@"',
  ].join('\n');
}

/** The minus says that it need not be there. */
function pathsOf(unit: UnitFile, name: string): readonly string[] {
  return unit.words(name).map((path) => path.replace(/^-/, ''));
}
