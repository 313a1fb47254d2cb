import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programPlaces, systemNames } from '#shared/contract/system-names.ts';
import type { Place } from '../remnant.ts';

const GONE_WITHIN_MILLISECONDS = 3000;
const POLL_MILLISECONDS = 10;

const wireguardSocket = join(systemNames.wireguardDirectory, `${systemNames.device}.sock`);

/** A process in this process's network: others (containers) are other machines. */
interface Process {
  readonly pid: number;
  readonly uid: number;
  readonly program: string;
  readonly words: readonly string[];
}

/** A wireguard-go of ours: by its program and interface, whoever runs it. */
export const wireguardProcessPlace: Place = {
  kind: 'wireguard_process',
  look: async () =>
    await Promise.resolve(
      processes()
        .filter(isOurWireguard)
        .map(({ pid }) => ({
          kind: 'wireguard_process',
          name: `wireguard-go for ${systemNames.device}, process ${pid}`,
          remove: () => end(pid),
        })),
    ),
};

/** Whether the service runs under its own uid. Anybody can take its name; nobody can take its uid. */
export function isServiceAlive(serviceUid: number): boolean {
  return processes().some(({ uid, words }) => uid === serviceUid && runsService(words));
}

/** The program itself, or Node, its options (none of ours has its value in a word of its own) and then the program. */
export function runsService([program, ...words]: readonly string[]): boolean {
  const script = words.find((word) => !word.startsWith('-'));
  return [program, script].some((word) => word !== undefined && /^sanadd(?:\.mjs)?$/.test(basename(word)));
}

function isOurWireguard({ program, words }: Process): boolean {
  const places: readonly string[] = programPlaces['wireguard-go'];
  return places.includes(program) && words.at(-1) === systemNames.device;
}

function processes(): readonly Process[] {
  const network = readlinkSync('/proc/self/ns/net');
  const pids = readdirSync('/proc').filter((name) => /^[1-9]\d*$/.test(name));
  return pids.map(Number).flatMap((pid) => {
    try {
      const directory = `/proc/${pid}`;
      if (readlinkSync(`${directory}/ns/net`) !== network) return [];
      const words = readFileSync(`${directory}/cmdline`, 'utf8').split('\0').slice(0, -1);
      // After an upgrade of its package the kernel says so behind the path.
      const program = readlinkSync(`${directory}/exe`).replace(/ \(deleted\)$/, '');
      return [{ pid, uid: statSync(directory).uid, program, words }];
    } catch {
      return []; // it ended meanwhile, or is the kernel's own
    }
  });
}

async function end(pid: number): Promise<void> {
  const deadline = performance.now() + GONE_WITHIN_MILLISECONDS;
  // Looked at anew each time: with its interface gone it ends by itself, and its number may be another's next.
  while (processes().some((one) => one.pid === pid && isOurWireguard(one))) {
    if (performance.now() > deadline) throw new Error('it does not end');
    process.kill(pid, 'SIGKILL');
    await sleep(POLL_MILLISECONDS);
  }
  // Killed, it could not take its socket with it.
  await rm(wireguardSocket, { force: true });
}
