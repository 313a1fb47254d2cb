import { parseEndpoint } from '#shared/wireguard/endpoint.ts';
import { isLoopback, type MonitorAddress } from '../monitor/listen.ts';
import { commandError } from './problem.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** A path, or ADDRESS:PORT on this machine's loopback: metrics and health are nobody else's business. */
export function parseMonitor(text: string): MonitorAddress {
  if (text.startsWith('/')) return { kind: 'socket', path: text };
  const { host, port } = parseAddress(text, '--monitor');
  if (!isLoopback(host)) throw commandError('monitor_public');
  return { kind: 'tcp', host, port };
}

/** ADDRESS:PORT. Other than a peer's endpoint it may be every address of the machine. */
export function parseListen(text: string): ListenAddress {
  return parseAddress(text, '--listen');
}

function parseAddress(text: string, option: string): ListenAddress {
  const every = /^(?:(0\.0\.0\.0)|\[(::)\]):/.exec(text);
  try {
    const { host, port } = parseEndpoint(every === null ? text : text.replace(every[0], '127.0.0.1:'));
    return { host: every?.[1] ?? every?.[2] ?? host.value, port };
  } catch (error) {
    throw commandError('option_malformed', { detail: option, cause: error });
  }
}
