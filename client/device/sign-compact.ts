import { sign } from 'node:crypto';
import type { DeviceKey } from './device-key.ts';

/** A compact JWS under the device key, which its header brings along as `jwk`. */
export function signCompact(
  key: DeviceKey,
  { typ, claims }: { readonly typ: string; readonly claims: object },
): string {
  const header = { alg: 'Ed25519', typ, jwk: key.publicJwk };
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
