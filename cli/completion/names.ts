import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isTunnelName } from '#client/tunnel/tunnel-name.ts';

/** The word by which the shells' scripts ask; nobody types it, so help does not show it. */
export const NAMES_WORD = '__complete';

/** What can be asked for. */
export type NameKind = 'tunnels' | 'gateways';

interface Places {
  /** e.g. ~/.config/sanad */
  readonly configDirectory: string;
  readonly anchorDirectory: string;
}

/**
 * The names that a shell may offer, read from nothing but the names of files: no keychain, no service, and neither
 * grammar nor contracts are loaded, because somebody waits with a finger on the Tab key.
 */
export function namesFor(kind: string | undefined, places: Places): readonly string[] {
  if (kind === 'tunnels') return recordsIn(join(places.configDirectory, 'tunnel')).filter(isTunnelName);
  if (kind === 'gateways') return recordsIn(places.anchorDirectory).filter(isGatewayName);
  return [];
}

function isGatewayName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(name);
}

function recordsIn(directory: string): readonly string[] {
  try {
    const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
    return files.map((file) => file.slice(0, -'.json'.length)).toSorted();
  } catch {
    return []; // no folder, or not ours to read: nothing to offer
  }
}
