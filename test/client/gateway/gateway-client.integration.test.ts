import { generateKeyPairSync, verify } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import type { ServerResponse } from 'node:http';
import { verifySignature } from 'http-message-sig';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ServerEvent } from '#shared/contract/event-lines.ts';
import { GatewayClient } from '#client/gateway/gateway-client.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { componentsWithBody, signatureParameterNames } from '#shared/contract/request-signature.ts';
import { closed, listen } from '#test/fetch/fetcher.ts';
import { makeTlsAuthority, type TlsAuthority } from '#test/fetch/tls-authority.ts';
import {
  json,
  refuse,
  startScriptedGateway,
  type Respond,
  type ScriptedGateway,
} from './scripted-gateway.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const signer = { keyId: 'k'.repeat(43), privateKey };
const NOW = 1_800_000_000;
const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
const view = {
  id,
  state: 'submitted',
  profile: 'pk-pta@1',
  route: 'B',
  category: 'freelancer',
  endpoints: [],
  note: null,
  submitted_at: NOW,
  changed_at: NOW,
};

let gateway: ScriptedGateway;
let stranger: TlsAuthority;

const clientFor = (anchor: Anchor, relaySocket = gateway.fetcher.relaySocket): GatewayClient =>
  new GatewayClient({
    anchor,
    relaySocket,
    signer,
    now: () => NOW,
    connectMilliseconds: 400,
    totalMilliseconds: 800,
  });

const follow = (respond: Respond) => {
  gateway.routes.set(`GET /v1/registration/${id}`, respond);
  return clientFor(gateway.anchor).ask('follow', { id });
};

beforeAll(async () => {
  gateway = await startScriptedGateway();
  stranger = makeTlsAuthority();
});
beforeEach(() => {
  gateway.requests.length = 0;
});
afterAll(async () => {
  await gateway.close();
  stranger.remove();
});

describe('a request', () => {
  it('reaches the gateway through the relay and its answer comes back', async () => {
    expect(await follow((response) => json(response, view))).toMatchObject(view);
  });

  it('with a body carries a signature that an independent implementation accepts', async () => {
    gateway.routes.set(`POST /v1/registration/${id}/certificate`, (response) =>
      json(response, { certificate: 'c', status_list: 's', key_set: 'k' }),
    );
    await clientFor(gateway.anchor).ask('certificate', { id, body: {}, idempotencyKey: 'intent-0001' });
    const [request] = gateway.requests;
    const fields = Object.entries(request?.headers ?? {}).map(([name, value]) => ({
      name,
      value: String(value),
    }));
    const targetUri = `${gateway.anchor.origin}/v1/registration/${id}/certificate`;
    const verified = await verifySignature(
      { kind: 'request', method: 'POST', targetUri, fields },
      {
        label: 'sanad',
        policy: {
          algorithms: ['ed25519'],
          requiredComponents: componentsWithBody,
          requiredParameters: signatureParameterNames,
          now: NOW,
        },
        resolveVerifier: () => ({
          algorithm: 'ed25519',
          verify: (data, signature) => verify(null, data, publicKey, signature),
        }),
      },
    );
    expect(verified).toBeDefined();
    expect(request?.headers['idempotency-key']).toBe('"intent-0001"');
    expect(request?.body).toBe('{}');
  });
});

describe('a refusal of the gateway', () => {
  it('becomes a problem with its code, reason and next action', async () => {
    const attempt = follow((response) =>
      refuse(response, 409, { code: 'not_attested', detail: 'Not yet.', next_action: 'Wait.' }),
    );
    await expect(attempt).rejects.toMatchObject({
      problem: {
        kind: 'gateway',
        code: 'not_attested',
        reason: 'The gateway says: Not yet.',
        nextAction: 'The gateway advises: Wait.',
      },
    });
  });

  it.each([
    ['without a problem', (response) => void response.writeHead(500).end('oops')],
    [
      'with a code that is none',
      (response) => refuse(response, 400, { code: 'A B', detail: '', next_action: '' }),
    ],
    ['by sending the request elsewhere', (response) => void response.writeHead(302, { location: '/' }).end()],
  ] satisfies [string, Respond][])('%s becomes a problem of ours', async (_, respond) => {
    await expect(follow(respond)).rejects.toMatchObject({ problem: { code: 'gateway_answer_status' } });
  });
});

describe('a gateway that is not as it should be', () => {
  it.each([
    ['says nothing', () => undefined, 'gateway_timeout'],
    [
      'says it in drips',
      (response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
      'gateway_timeout',
    ],
    ['hangs up', (response) => void response.destroy(), 'gateway_unreachable'],
    [
      'says too much',
      (response) => void response.end(Buffer.alloc(3 * 1024 * 1024, 32)),
      'gateway_answer_too_large',
    ],
    ['says what is not JSON', (response) => void response.end('<html>'), 'gateway_answer_malformed'],
    [
      'says it as something else than JSON',
      (response) => void response.setHeader('content-type', 'text/html').end(JSON.stringify(view)),
      'gateway_answer_malformed',
    ],
    [
      'drips its headers',
      (response) => {
        const timer = setInterval(() => response.socket?.write('x'), 20);
        response.socket?.write('HTTP/1.1 200 OK\r\nx-slow: ');
        response.socket?.on('close', () => clearInterval(timer));
      },
      'gateway_timeout',
    ],
    [
      'only ever announces an answer',
      (response) => {
        const timer = setInterval(() => response.writeProcessing(), 20);
        response.socket?.on('close', () => clearInterval(timer));
      },
      'gateway_timeout',
    ],
    [
      'has headers without an end',
      (response) => void response.socket?.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(200_000)}`),
      'gateway_unreachable',
    ],
    [
      'promises more than it sends',
      (response) => void response.writeHead(200, { 'content-length': 10 }).socket?.end('{'),
      'gateway_unreachable',
    ],
    ['leaves out what the contract has', (response) => json(response, { id }), 'gateway_answer_malformed'],
  ] satisfies [string, Respond, string][])('and %s ends the command in time', async (_, respond, code) => {
    await expect(follow(respond)).rejects.toMatchObject({ problem: { kind: 'gateway', code } });
  });

  it.each([
    ['says nothing', () => undefined, 'gateway_timeout'],
    [
      'drips bytes that begin like TLS',
      (socket) => {
        const bytes = Buffer.from([22, 3, 3, 64, 0, 2]);
        const timer = setInterval(() => socket.write(bytes.subarray(0, 1)), 20);
        socket.write(bytes);
        socket.on('close', () => clearInterval(timer)).on('error', () => undefined);
      },
      'gateway_timeout',
    ],
    ['hangs up', (socket) => void socket.destroy(), 'gateway_unreachable'],
    [
      'speaks another protocol',
      (socket) => void socket.end('220 mail.example ESMTP\r\n'),
      'gateway_unreachable',
    ],
  ] satisfies [string, (socket: Socket) => void, string][])(
    'and %s before TLS is there ends the command in time',
    async (_, serve, code) => {
      // Read on: or the end of the connection would never be noticed here.
      const server = createServer((socket) => {
        serve(socket.resume().on('error', () => undefined));
      });
      const port = await listen(server);
      const anchor = { ...gateway.anchor, name: 'raw', origin: `https://gateway.test:${port}` };
      gateway.fetcher.installAnchor(anchor);
      await expect(clientFor(anchor).ask('follow', { id })).rejects.toMatchObject({
        problem: {
          kind: 'gateway',
          code: expect.stringMatching(`^(${code}|gateway_tls_untrusted)$`) as string,
        },
      });
      await closed(server);
    },
  );

  it('with a certificate of another authority is not believed', async () => {
    const attempt = clientFor({ ...gateway.anchor, tls_ca: stranger.ca }).ask('follow', { id });
    await expect(attempt).rejects.toMatchObject({ problem: { code: 'gateway_tls_untrusted' } });
  });

  it('with a certificate for another name is not believed', async () => {
    const { port } = new URL(gateway.anchor.origin);
    gateway.fetcher.names.set('other.test', ['127.0.0.1']);
    const anchor = { ...gateway.anchor, name: 'other', origin: `https://other.test:${port}` };
    gateway.fetcher.installAnchor(anchor);
    const attempt = clientFor(anchor).ask('follow', { id });
    await expect(attempt).rejects.toMatchObject({ problem: { code: 'gateway_tls_untrusted' } });
  });
});

describe('a stream of events', () => {
  const begin = (response: ServerResponse): ServerResponse =>
    response.writeHead(200, { 'content-type': 'text/event-stream' });
  const hear = async (respond: Respond, patience = 1500): Promise<readonly ServerEvent[]> => {
    gateway.routes.set(`GET /v1/registration/${id}/event`, respond);
    const heard: ServerEvent[] = [];
    const { signal } = new AbortController();
    const { anchor, fetcher } = gateway;
    const milliseconds = { totalMilliseconds: patience, quietMilliseconds: patience };
    const client = new GatewayClient({
      ...{ anchor, relaySocket: fetcher.relaySocket, signer, now: () => NOW },
      ...milliseconds,
    });
    for await (const event of client.events('registrationEvents', { id, signal })) {
      heard.push(event);
    }
    return heard;
  };

  it('is heard event by event, for longer than an answer may take', async () => {
    const heard = await hear((response) => {
      begin(response);
      let count = 0;
      const timer = setInterval(() => {
        count += 1;
        response.write(count < 22 ? ': still here\n' : `data: ${count}\n\n`);
        if (count === 23) {
          clearInterval(timer);
          response.end();
        }
      }, 100);
    });
    expect(heard).toEqual([
      { type: 'message', data: '22' },
      { type: 'message', data: '23' },
    ]);
  });

  it.each([
    ['is something else', (response) => json(response, view), 'gateway_answer_status'],
    [
      'breaks off',
      (response) => void begin(response).write('data', () => response.destroy()),
      'gateway_unreachable',
    ],
    ['is one line without end', (response) => flood(begin(response)), 'gateway_answer_too_large'],
    [
      'is refused',
      (response) => refuse(response, 429, { code: 'too_many_streams', detail: '-', next_action: '-' }),
      'too_many_streams',
    ],
  ] satisfies [string, Respond, string][])('that %s ends with a problem', async (_, respond, code) => {
    await expect(hear(respond, 30_000)).rejects.toMatchObject({ problem: { code } });
  });

  it.each([
    ['never begins', () => undefined],
    ['falls silent', (response) => void begin(response).write('data: 1\n\n')],
  ] satisfies [string, Respond][])('that %s ends in time', async (_, respond) => {
    await expect(hear(respond, 400)).rejects.toMatchObject({ problem: { code: 'gateway_timeout' } });
  });

  const flood = (response: ServerResponse): void => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more).on('error', () => undefined);
    more();
  };
});

describe('without the relay', () => {
  it('the command says that the fetcher does not answer', async () => {
    const attempt = clientFor(gateway.anchor, '/nonexistent/relay.sock').ask('follow', { id });
    await expect(attempt).rejects.toMatchObject({ problem: { kind: 'gateway', code: 'relay_unreachable' } });
  });

  it('a gateway that is not joined is refused by the relay, and its words come through', async () => {
    const attempt = clientFor({ ...gateway.anchor, origin: 'https://elsewhere.test' }).ask('follow', { id });
    await expect(attempt).rejects.toMatchObject({ problem: { code: 'origin_not_anchored' } });
  });
});
