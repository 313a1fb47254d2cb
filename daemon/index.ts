import { parseArgs } from 'node:util';
import { paths } from '#shared/contract/paths.ts';
import { systemNames } from '#shared/contract/system-names.ts';
import { builtAt, program } from './build.ts';
import { FetcherSocket } from './platform/fetcher-socket.ts';
import { FileStateStore } from './platform/file-state-store.ts';
import { accountUid } from './platform/linux/account-uid.ts';
import { ResolvConfFile } from './platform/linux/dns/resolv-conf-file.ts';
import { Resolvconf } from './platform/linux/dns/resolvconf.ts';
import { Resolved } from './platform/linux/dns/resolved.ts';
import { SystemDns } from './platform/linux/dns/system-dns.ts';
import { LinuxNetwork } from './platform/linux/network/linux-network.ts';
import { createNftablesFirewall } from './platform/linux/nftables/nftables-firewall.ts';
import { chooseBackend, removeDevice } from './platform/linux/wireguard/choose-backend.ts';
import { LinuxWireGuard } from './platform/linux/wireguard/linux-wireguard.ts';
import { findProgram } from './platform/linux/program.ts';
import { nodePrimitives } from './platform/node-primitives.ts';
import { systemClock } from './platform/system-clock.ts';
import { systemRandom } from './platform/system-random.ts';
import { startDaemon } from './service/daemon.ts';
import { createLog, describeCause } from './service/log.ts';

const { device, mark } = systemNames;
const names = { device, mark };

const log = createLog((line) => process.stderr.write(line));
const { values } = parseArgs({
  options: { 'fetch-user': { type: 'string' }, 'time-user': { type: 'string' } },
});
process.umask(0o077);
// Node's own answer to SIGUSR1 is a debugger on a TCP port of loopback, open to every user of the machine.
process.on('SIGUSR1', () => log({ event: 'signalIgnored' }));
process.on('unhandledRejection', (cause) => log({ event: 'defect', ...describeCause(cause) }));

const network = new LinuxNetwork(names);
const wireguard = new LinuxWireGuard({
  mark,
  choose: () => chooseBackend(names),
  removeLeftover: () => removeDevice(names),
});
const firewall = createNftablesFirewall({
  ip: findProgram('ip'),
  onNotForgotten: (problem) => log({ event: 'waitingPacketsNotForgotten', ...describeCause(problem) }),
});
const daemon = await startDaemon({
  ports: {
    wireguard,
    network,
    firewall,
    dns: new SystemDns({
      ways: {
        resolvconf: new Resolvconf(device),
        resolved: new Resolved(names),
        file: new ResolvConfFile(names),
      },
    }),
    store: new FileStateStore(paths.stateDirectory),
    fetcher: new FetcherSocket(paths.fetchSocket),
    clock: systemClock,
    random: systemRandom,
  },
  primitives: nodePrimitives,
  log,
  paths,
  ownerUid: 0,
  tunnelInterface: device,
  mark,
  fetchUid: accountUid(values['fetch-user']),
  timeUid: accountUid(values['time-user']),
  program,
  builtAt,
});

process.on('SIGHUP', () => void daemon.reload());
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void end());
}

async function end(): Promise<void> {
  await daemon.shutDown();
  await Promise.allSettled([wireguard.close(), network.close(), firewall.close()]);
  process.exit(0);
}
