import { deflateSync } from 'node:zlib';
import type { StatusValue } from '#shared/registration/status-list.ts';

const STATUSES_A_BYTE = 4;
const BITS = 2;

/**
 * draft-ietf-oauth-status-list-21 section 4.1: statuses packed from the least significant bits up, zlib
 * (RFC 1950), base64url. Indices not named are 0, VALID.
 */
export function encodeStatusList(
  size: number,
  statuses: Iterable<{ readonly index: number; readonly status: StatusValue }>,
): string {
  const bytes = new Uint8Array(Math.ceil(size / STATUSES_A_BYTE));
  for (const { index, status } of statuses) {
    const at = Math.floor(index / STATUSES_A_BYTE);
    const shift = (index % STATUSES_A_BYTE) * BITS;
    bytes[at] = ((bytes[at] ?? 0) & ~(3 << shift)) | (status << shift);
  }
  // Level 9, as the draft recommends: made once, fetched by everybody.
  return deflateSync(bytes, { level: 9 }).toString('base64url');
}
