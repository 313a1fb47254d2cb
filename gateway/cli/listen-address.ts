import { parseEndpoint } from '#shared/wireguard/endpoint.ts';
import { commandError } from './problem.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** ADDRESS:PORT. Other than a peer's endpoint it may be every address of the machine. */
export function parseListen(text: string): ListenAddress {
  const every = /^(?:(0\.0\.0\.0)|\[(::)\]):/.exec(text);
  try {
    const { host, port } = parseEndpoint(every === null ? text : text.replace(every[0], '127.0.0.1:'));
    return { host: every?.[1] ?? every?.[2] ?? host.value, port };
  } catch (error) {
    throw commandError('option_malformed', { detail: '--listen', cause: error });
  }
}
