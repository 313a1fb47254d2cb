import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import autocannon, { type Client, type Request, type Result } from 'autocannon';
import { calculateJwkThumbprint } from 'jose';
import type { Submission } from '#shared/contract/gateway-contract.ts';
import { prepareSignature } from '#shared/contract/request-signature.ts';
import { FREELANCER_FIELDS } from '#test/gateway/application-fields.ts';

/** What to send, as the one argument, in JSON. A process of its own, so that making load is not part of the server. */
export interface LoadOrder {
  readonly kind: 'signed' | 'unsigned' | 'get';
  readonly port: number;
  /** What requests are signed for. */
  readonly origin: string;
  readonly path: string;
  readonly requests: number;
  readonly connections: number;
}

export interface LoadOutcome {
  readonly perSecond: number;
  readonly answered: number;
  /** Not 200, or without an answer. */
  readonly failed: number;
}

const CONTENT_TYPE = 'application/json';

const order = JSON.parse(process.argv[2] ?? '') as LoadOrder;
console.log(JSON.stringify(await load(order)));

async function load(wanted: LoadOrder): Promise<LoadOutcome> {
  const { port, path, connections, kind } = wanted;
  const each = Math.floor(wanted.requests / connections);
  // Signed beforehand: only sending counts.
  const prepared = await Promise.all(Array.from({ length: connections }, () => prepare(wanted, each)));
  const waiting = [...prepared];
  // autocannon looks once a second whether all was answered, so its own end would be whole seconds late.
  let [first, last] = [Number.NaN, Number.NaN];
  const result: Result = await autocannon({
    ...{ url: `http://127.0.0.1:${port}`, connections, amount: each * connections },
    requests: [{ method: 'GET', path }],
    setupClient: (client: Client) => {
      if (Number.isNaN(first)) first = performance.now();
      if (kind !== 'get') client.setRequests(waiting.pop() ?? []);
      client.on('response', () => {
        last = performance.now();
      });
    },
  });
  const answered = result['2xx'];
  const failed = result.non2xx + result.errors + result.timeouts;
  return { perSecond: answered / ((last - first) / 1000), answered, failed };
}

async function prepare({ kind, origin, path }: LoadOrder, count: number): Promise<Request[]> {
  if (kind === 'get') return [];
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const x = String(publicKey.export({ format: 'jwk' }).x);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x } as const;
  const keyId = await calculateJwkThumbprint(jwk);
  const body = JSON.stringify(submission(jwk));
  const sha256Base64 = createHash('sha256').update(body).digest('base64');
  return Array.from({ length: count }, () => {
    const unsigned = { method: 'POST', path, body, headers: { 'content-type': CONTENT_TYPE } } as const;
    if (kind === 'unsigned') return unsigned;
    const signature = prepareSignature({
      ...{ method: 'POST', targetUri: `${origin}${path}`, created: Math.floor(Date.now() / 1000), keyId },
      nonce: randomBytes(16).toString('base64url'),
      content: { sha256Base64, idempotencyKey: randomUUID() },
    });
    const fields = signature.fields(sign(null, Buffer.from(signature.base), privateKey).toString('base64'));
    return { ...unsigned, headers: { ...unsigned.headers, ...fields } };
  });
}

function submission(device: Submission['device']): Submission {
  return {
    ...{ profile: 'pk-pta@1', route: 'B', category: 'freelancer', device },
    fields: FREELANCER_FIELDS,
    endpoints: [
      { public_key: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', host: 'vpn.example', port: 51_820 },
    ],
    consent: { text: 'I agree that Test Association keeps these data for a year.', given_at: 1_790_000_000 },
  };
}
