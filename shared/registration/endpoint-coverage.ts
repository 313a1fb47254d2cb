import type { EndpointClaim } from '../contract/gateway-contract.ts';
import { SanadError } from '../contract/problem.ts';
import type { TunnelConfiguration } from '../wireguard/configuration.ts';
import type { Host } from '../wireguard/endpoint.ts';
import { parseHost } from '../wireguard/endpoint.ts';
import { refuse } from './refusal.ts';

/** A peer as somebody wants to reach it; the host as anybody may write it. */
export interface PresentedEndpoint {
  readonly publicKey: string;
  readonly host: string;
  readonly port: number;
}

/** Every peer of the configuration; one without an endpoint is refused. */
export function presentedEndpoints(configuration: TunnelConfiguration): readonly PresentedEndpoint[] {
  return configuration.peers.map(({ publicKey, endpoint }) => ({
    publicKey,
    host: endpoint.host.value,
    port: endpoint.port,
  }));
}

/** Refuses unless every peer equals one endpoint of the certificate entirely: key, host and port. */
export function checkCoverage(
  presented: readonly PresentedEndpoint[],
  covered: readonly EndpointClaim[],
): void {
  if (presented.length === 0) refuse('peer_without_endpoint', 'no peer');
  for (const endpoint of presented) {
    if (endpoint.host === '') refuse('peer_without_endpoint');
    if (!isCovered(endpoint, covered))
      refuse('endpoint_not_covered', `${endpoint.host}, port ${endpoint.port}`);
  }
}

function isCovered({ publicKey, host, port }: PresentedEndpoint, covered: readonly EndpointClaim[]): boolean {
  const canonical = canonicalHost(host);
  return covered.some(
    (claim) => claim.public_key === publicKey && claim.port === port && claim.host === canonical,
  );
}

/** Refuses a host that the issuing key may not cover. */
export function checkHostSuffixes(
  covered: readonly EndpointClaim[],
  suffixes: readonly string[] | undefined,
): void {
  if (suffixes === undefined) return;
  for (const { host } of covered) {
    if (!isUnder(parseHost(host), suffixes)) refuse('host_not_allowed', host);
  }
}

/** On label boundaries; an address is under no name. */
function isUnder(host: Host, suffixes: readonly string[]): boolean {
  if (host.kind !== 'name') return false;
  return suffixes.some((suffix) => host.value === suffix || host.value.endsWith(`.${suffix}`));
}

/** Claims are canonical already. What cannot be parsed equals none of them. */
function canonicalHost(text: string): string | undefined {
  try {
    return parseHost(text).value;
  } catch (error) {
    if (error instanceof SanadError) return undefined;
    throw error;
  }
}
