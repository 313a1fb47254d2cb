import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gatewayFiles, readGatewayIdentity, type GatewayIdentity } from '../configuration.ts';
import { commandError } from './problem.ts';

/** The gateway that `init` made in a directory, or the problem that says there is none. */
export function readIdentity(directory: string): GatewayIdentity {
  if (!existsSync(join(directory, gatewayFiles.configuration))) throw commandError('gateway_missing');
  try {
    return readGatewayIdentity(directory);
  } catch (error) {
    throw commandError('gateway_missing', { detail: 'its files are damaged', cause: error });
  }
}
