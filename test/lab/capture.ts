import { addresses } from './network.ts';
import { must, root, start, until, type Host } from './process.ts';
import { LAB, logOf } from './system.ts';

export interface Capture {
  /** Ends the capture and gives the packets that match the filter, a line each, epoch seconds first. */
  stop(filter?: string): Promise<readonly string[]>;
}

/** Captures on an interface of a host until stopped; under a flood with a filter, so that none gets lost. */
export async function capture(host: Host, device: string, name: string, filter = ''): Promise<Capture> {
  const file = `${LAB}/tmp/${name}.pcap`;
  const process = start(host, root, name, [
    'tcpdump',
    '--interface',
    device,
    '--relinquish-privileges=root',
    '--packet-buffered',
    '--immediate-mode',
    '--buffer-size=65536',
    '--snapshot-length=128',
    '-w',
    file,
    ...(filter === '' ? [] : [filter]),
  ]);
  await until(`capture ${name}`, () => logOf(name).includes('listening on'));
  return {
    stop: async (filter = '') => {
      await process.stop('SIGINT');
      const kernelDrops = /(\d+) packets dropped by kernel/.exec(logOf(name))?.[1];
      if (kernelDrops !== '0') throw new Error(`the capture lost ${kernelDrops} packets: it proves nothing`);
      const text = await must(host, root, [
        'tcpdump',
        '-nn',
        '-tt',
        '-r',
        file,
        ...(filter === '' ? [] : [filter]),
      ]);
      return text.split('\n').filter((line) => line !== '');
    },
  };
}

/** UDP length of the probe's flood: 8 bytes of header and `leak?`. No WireGuard or DNS message is so short. */
const PROBE = 13;

/**
 * On the router's side of the client's link: everything from the client that is neither WireGuard to the peer
 * nor neighbour discovery. Replies and the router's own packets are not the client's leaks. What the flood sends
 * to the peer's own address and port counts: it is not WireGuard.
 */
export const outsideTunnel =
  `(ip or ip6) and ` +
  `(src host ${addresses.client} or src host ${addresses.client6}) ` +
  `and not (udp and dst host ${addresses.peer} and dst port 51820 and udp[4:2] != ${PROBE}) ` +
  `and not (udp and dst host ${addresses.peer6} and dst port 51820 and ip6[44:2] != ${PROBE}) ` +
  'and not (icmp6 and ip6[40] >= 133 and ip6[40] <= 136)';

/** The same without what sanad-fetch may do while closed: the gateway, and names at the system's resolver. */
export const outsideTunnelAndFetcher =
  `${outsideTunnel} and not (tcp and dst host ${addresses.gateway} and dst port 8443) ` +
  `and not (udp and (dst host ${addresses.outsideResolver} or dst host ${addresses.farResolver}) ` +
  `and dst port 53 and udp[4:2] != ${PROBE})`;
