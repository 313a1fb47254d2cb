import * as z from 'zod';
import { problemSchema } from './problem-schema.ts';

/**
 * What the daemon asks of sanad-fetch, over a unix socket: one JSON object a line, without a hello.
 *
 *   daemon   {"id":1,"method":"get","parameters":{"uri":"...","maxBytes":1000}}
 *   fetcher  {"id":1,"result":{"body":"..."}} or {"id":1,"problem":{...}}
 *
 * Answers come as they are ready, in any order. The fetcher parses no answer: it hands bytes back and the
 * daemon verifies their signatures. It connects only to origins of root-owned anchor files, follows no
 * redirect, keeps nothing but a name cache.
 */
export const FETCH_TIMEOUT_MILLISECONDS = 10_000;
export const MAX_FETCHED_BYTES = 700 * 1024;
/** A request is a URI and a number. An answer is a body in JWS's alphabet, so it grows little in JSON. */
export const MAX_FETCH_REQUEST_BYTES = 8 * 1024;
export const MAX_FETCH_ANSWER_BYTES = 1024 * 1024;

export const fetchMethods = {
  /** GET of a public, signed file: a key set or a status list. Body as text (they are compact JWS). */
  get: {
    parameters: z.strictObject({ uri: z.url().max(2048), maxBytes: z.int().min(1).max(MAX_FETCHED_BYTES) }),
    result: z.strictObject({ body: z.string() }),
  },
  /** Addresses of an endpoint's host name, IPv4 and IPv6, as the system's resolver gives them. */
  resolve: {
    parameters: z.strictObject({
      host: z.string().max(255),
      /** Asked before the system's resolver, whose name servers may be those of a tunnel that does not answer. */
      nameServers: z
        .array(z.union([z.ipv4(), z.ipv6()]))
        .min(1)
        .max(8)
        .optional(),
    }),
    result: z.strictObject({ addresses: z.array(z.string()).max(64) }),
  },
  /**
   * Addresses of every anchored origin, resolved anew; the fetcher uses just these until the next call, so that
   * what it connects to is what the firewall lets it reach.
   */
  resolveOrigins: {
    parameters: z.strictObject({}),
    result: z.strictObject({
      origins: z
        .array(
          z.strictObject({
            origin: z.string().max(300),
            port: z.int().min(1).max(65_535),
            addresses: z.array(z.string()).max(64),
            problem: problemSchema.nullable(),
          }),
        )
        .max(256),
    }),
  },
} as const;

export type FetchMethod = keyof typeof fetchMethods;
export type FetchParameters<M extends FetchMethod> = z.infer<(typeof fetchMethods)[M]['parameters']>;
export type FetchResult<M extends FetchMethod> = z.infer<(typeof fetchMethods)[M]['result']>;

export const fetchRequestSchema = z.strictObject({
  id: z.int().min(0),
  method: z.string().max(64),
  parameters: z.unknown(),
});
/** id null: the line could not be read as a request; the connection is closed. */
export const fetchMessageSchema = z.union([
  z.strictObject({ id: z.int(), result: z.unknown() }),
  z.strictObject({ id: z.int().nullable(), problem: problemSchema }),
]);
export type FetchMessage = z.infer<typeof fetchMessageSchema>;

/**
 * The relay for app and command line: on an enabled user's relay socket, one line
 * `CONNECT https://gateway.example:443\n`, answered by `OK\n` or `{"problem":...}\n`; then bytes both ways,
 * at most MAX_RELAYED_BYTES each way. TLS is between the client and the gateway: the relay sees none of it.
 */
export const MAX_RELAYED_BYTES = 64 * 1024 * 1024;
/** The CONNECT line, newline included. */
export const MAX_RELAY_LINE_BYTES = 300;
/** Without a byte in either direction for this long the relay hangs up. */
export const RELAY_IDLE_MILLISECONDS = 60_000;
