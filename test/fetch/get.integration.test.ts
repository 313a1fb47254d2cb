import { createServer as createHttpServer, type Server, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anchorFor, ask, closed, listen, startFetcher, type TestFetcher } from './fetcher.ts';
import { makeTlsAuthority, type TlsAuthority } from './tls-authority.ts';

let fetcher: TestFetcher;
let authority: TlsAuthority;
let stranger: TlsAuthority;
let gateway: Server;
let plain: Server;
let port: number;
let plainPort: number;
const seen: { url: string | undefined; encoding: string | undefined }[] = [];

const routes: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/key-set': (response) => response.end('aGVhZA.cGF5bG9hZA.c2ln'),
  '/redirect': (response) => response.writeHead(302, { location: '/key-set' }).end(),
  '/absent': (response) => response.writeHead(404).end(),
  '/page': (response) => response.end('<html>captive portal</html>'),
  '/gzip': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('aGVhZA.b.c')),
  '/announced': (response) => response.writeHead(200, { 'content-length': '5000' }).end('a'.repeat(5000)),
  '/endless': (response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('a'.repeat(500)));
    };
    response.on('drain', more);
    more();
  },
  '/never': () => undefined,
  '/drip': (response) => {
    const timer = setInterval(() => response.write('a'), 20);
    response.on('close', () => clearInterval(timer));
  },
  '/reset': (response) => response.destroy(),
};

const get = async (path: string, maxBytes = 1000) =>
  await fetcher.ask('get', { uri: `https://gateway.test:${port}${path}`, maxBytes });
const code = async (path: string) => (await get(path)).problem?.code;

beforeAll(async () => {
  authority = makeTlsAuthority();
  stranger = makeTlsAuthority();
  fetcher = await startFetcher({ timeoutMilliseconds: 500 });
  gateway = createServer(authority.certificateFor('DNS:gateway.test'), (request, response) => {
    seen.push({ url: request.url, encoding: request.headers['accept-encoding'] });
    routes[request.url ?? '']?.(response);
  });
  plain = createHttpServer((_request, response) => response.end('cGxhaW4.b.c'));
  [port, plainPort] = await Promise.all([listen(gateway), listen(plain)]);
  fetcher.names.set('other.test', ['127.0.0.1']).set('stranger.test', ['127.0.0.1']);
  fetcher.installAnchor(anchorFor(`https://gateway.test:${port}`, { tls_ca: authority.ca }));
  fetcher.installAnchor(anchorFor(`https://other.test:${port}`, { name: 'other', tls_ca: authority.ca }));
  fetcher.installAnchor(
    anchorFor(`https://stranger.test:${port}`, { name: 'stranger', tls_ca: stranger.ca }),
  );
  fetcher.installAnchor(anchorFor(`http://127.0.0.1:${plainPort}`, { name: 'plain' }));
});

afterAll(async () => {
  await Promise.all([closed(gateway), closed(plain), fetcher.close()]);
  authority.remove();
  stranger.remove();
});

describe('get', () => {
  it('gives a signed file from an anchored origin as it is, asked for without compression', async () => {
    expect(await get('/key-set')).toEqual({ id: 7, result: { body: 'aGVhZA.cGF5bG9hZA.c2ln' } });
    expect(seen.at(-1)).toEqual({ url: '/key-set', encoding: 'identity' });
  });

  it('follows no redirect', async () => {
    seen.length = 0;
    expect(await code('/redirect')).toBe('gateway_answer_redirect');
    expect(seen.map(({ url }) => url)).toEqual(['/redirect']);
  });

  it.each([
    ['another status', '/absent', 'gateway_answer_status'],
    ['a page in place of a file', '/page', 'gateway_answer_malformed'],
    ['a compressed answer', '/gzip', 'gateway_answer_encoded'],
    ['an answer announced too large', '/announced', 'gateway_answer_too_large'],
    ['an answer without an end', '/endless', 'gateway_answer_too_large'],
    ['no answer', '/never', 'gateway_timeout'],
    ['an answer in drips', '/drip', 'gateway_timeout'],
    ['a connection cut', '/reset', 'gateway_unreachable'],
  ])('refuses %s', async (_, path, expected) => {
    expect(await code(path)).toBe(expected);
  });

  it('refuses a certificate of another authority than the anchor’s', async () => {
    const answer = await fetcher.ask('get', { uri: `https://stranger.test:${port}/key-set`, maxBytes: 1000 });
    expect(answer.problem?.code).toBe('gateway_tls_untrusted');
  });

  it('refuses a certificate for another name', async () => {
    const answer = await fetcher.ask('get', { uri: `https://other.test:${port}/key-set`, maxBytes: 1000 });
    expect(answer.problem?.code).toBe('gateway_tls_untrusted');
  });

  it.each([
    ['another host', () => `https://elsewhere.test:${port}/key-set`],
    ['another port', () => `https://gateway.test:${port + 1}/key-set`],
    ['another scheme', () => `http://gateway.test:${port}/key-set`],
    ['a user in front', () => `https://someone@gateway.test:${port}/key-set`],
    ['an anchored host as a prefix', () => `https://gateway.test.evil.test:${port}/key-set`],
  ])('refuses %s', async (_, uri) => {
    const answer = await fetcher.ask('get', { uri: uri(), maxBytes: 1000 });
    expect(answer.problem?.code).toBe('origin_not_anchored');
  });

  it('speaks plain http on loopback', async () => {
    const answer = await fetcher.ask('get', { uri: `http://127.0.0.1:${plainPort}/`, maxBytes: 100 });
    expect(answer.result).toEqual({ body: 'cGxhaW4.b.c' });
  });
});

describe('the daemon’s socket', () => {
  it('refuses a method and parameters that are not in the contract', async () => {
    const unknown = await ask(fetcher.fetchSocket, { id: 1, method: 'constructor', parameters: {} });
    expect(unknown.problem?.code).toBe('fetch_request_malformed');
    const tooMuch = await ask(fetcher.fetchSocket, {
      id: 1,
      method: 'get',
      parameters: { uri: 'https://gateway.test/', maxBytes: 10_000_000 },
    });
    expect(tooMuch.problem?.code).toBe('fetch_request_malformed');
  });

  it.each([
    ['what is not JSON', 'GET / HTTP/1.1\r\n\r\n'],
    ['a line without an end', 'x'.repeat(10_000)],
    ['a request without an id', '{"method":"get"}\n'],
  ])('refuses %s and hangs up', async (_, line) => {
    expect(await ask(fetcher.fetchSocket, line)).toMatchObject({
      id: null,
      problem: { code: 'fetch_request_malformed' },
    });
  });
});

describe('names', () => {
  it('of origins stay at what the last resolveOrigins found', async () => {
    const resolved = await fetcher.ask('resolveOrigins', {});
    expect(resolved.result).toMatchObject({
      origins: expect.arrayContaining([
        { origin: `https://gateway.test:${port}`, port, addresses: ['127.0.0.1'], problem: null },
      ]) as unknown,
    });
    // The resolver now lies; the firewall knows 127.0.0.1 only, and so does the fetcher.
    fetcher.names.set('gateway.test', ['127.0.0.66']);
    expect((await get('/key-set')).result).toBeDefined();
    await fetcher.ask('resolveOrigins', {});
    expect(await code('/key-set')).toBe('gateway_unreachable');
    fetcher.names.set('gateway.test', ['127.0.0.1']);
    await fetcher.ask('resolveOrigins', {});
  });

  it('of endpoints are answered; an address is its own answer', async () => {
    fetcher.names.set('vpn.test', ['192.0.2.1', '2001:db8::1']);
    const answer = await fetcher.ask('resolve', { host: 'vpn.test' });
    expect(answer.result).toEqual({ addresses: ['192.0.2.1', '2001:db8::1'] });
  });
});
