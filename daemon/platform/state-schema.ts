import * as z from 'zod';
import { assuranceSchema } from '#shared/registration/assurance.ts';
import { readIpAddress } from '#shared/wireguard/ip-address.ts';

/** The files of /var/lib/sanad. A newer version than this one is not guessed at. */
export const STATE_VERSION = 1;

const address = z.string().refine((text) => readIpAddress(text)?.text === text, 'not an address');
const port = z.int().min(1).max(65_535);
const network = z.strictObject({
  family: z.union([z.literal(4), z.literal(6)]),
  address,
  prefixLength: z.int().min(0).max(128),
});

const targetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('unprotected') }),
  z.strictObject({
    kind: z.literal('protected'),
    owner: z.int().min(0).nullable(),
    tunnel: z.string().max(64).nullable(),
    closure: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('everything') }),
      z.strictObject({
        kind: z.literal('networks'),
        networks: z.array(network),
        dnsServers: z.array(address),
      }),
    ]),
    tunnelAddresses: z.array(address),
  }),
]);

export const targetFileSchema = z.strictObject({ version: z.literal(STATE_VERSION), target: targetSchema });

export const memoryFileSchema = z.strictObject({
  version: z.literal(STATE_VERSION),
  memory: z.strictObject({
    floor: z.int().min(0),
    origins: z.array(z.strictObject({ address, port })),
    lastGoodPolicy: z
      .strictObject({
        accepted_assurances: z.array(assuranceSchema),
        status_grace_seconds: z.int(),
        clock_tolerance_seconds: z.int(),
        continue_without_tunnel: z.boolean(),
      })
      .nullable(),
  }),
});
