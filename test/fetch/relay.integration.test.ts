import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as tlsConnect, createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { anchorFor, closed, connectTo, listen, nextLine, startFetcher, type TestFetcher } from './fetcher.ts';
import { makeTlsAuthority, type TlsAuthority } from './tls-authority.ts';

let fetcher: TestFetcher;
/** Waits for nobody long; the other one does, because a busy machine is no idle connection. */
let impatient: TestFetcher;
let authority: TlsAuthority;
let gateway: Server;
let echo: Server;
let port: number;
let echoPort: number;

const socketOf = (uid: number): string => join(fetcher.directory, 'relay', String(uid), 'relay.sock');

async function open(
  line: string,
  by = fetcher,
): Promise<{ readonly socket: Socket; readonly answer: string }> {
  const socket = await connectTo(by.relaySocket);
  socket.write(line);
  return { socket, answer: await nextLine(socket) };
}

async function refusal(line: string, by = fetcher): Promise<string> {
  const { socket, answer } = await open(line, by);
  socket.destroy();
  return (JSON.parse(answer) as { problem: { code: string } }).problem.code;
}

beforeAll(async () => {
  authority = makeTlsAuthority();
  fetcher = await startFetcher({ limits: { maxBytesEachWay: 100_000 } });
  impatient = await startFetcher({ limits: { idleMilliseconds: 300, connectMilliseconds: 200 } });
  gateway = createTlsServer(authority.certificateFor('DNS:gateway.test'), (socket) => {
    socket.on('error', () => undefined);
    socket.end('through TLS\n');
  });
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  [port, echoPort] = await Promise.all([listen(gateway), listen(echo)]);
  fetcher.installAnchor(
    anchorFor(`https://gateway.test:${port}`, { status_origins: [`https://list.test:${port}`] }),
  );
  for (const one of [fetcher, impatient]) {
    one.installAnchor(anchorFor(`http://127.0.0.1:${echoPort}`, { name: 'echo' }));
  }
});

afterAll(async () => {
  await fetcher.close();
  await impatient.close();
  await Promise.all([closed(gateway), closed(echo)]);
  authority.remove();
});

describe('relay', () => {
  it('carries TLS between client and gateway without being a party to it', async () => {
    const { socket, answer } = await open(`CONNECT https://gateway.test:${port}\n`);
    expect(answer).toBe('OK');
    socket.removeAllListeners('data');
    const secure = tlsConnect({ socket, servername: 'gateway.test', ca: authority.ca });
    expect(await nextLine(secure)).toBe('through TLS');
    secure.destroy();
  });

  it('carries what came with the line, and the end of each side by itself', async () => {
    const socket = await connectTo(fetcher.relaySocket);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.end(`CONNECT http://127.0.0.1:${echoPort}\nearly bytes`);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(Buffer.concat(chunks).toString()).toBe('OK\nearly bytes');
  });

  it.each([
    ['an origin that is not anchored', () => 'CONNECT https://elsewhere.test:443\n', 'origin_not_anchored'],
    ['a status origin', () => `CONNECT https://list.test:${port}\n`, 'origin_not_anchored'],
    ['another port of an anchored host', () => 'CONNECT https://gateway.test:22\n', 'origin_not_anchored'],
    ['plain http', () => `CONNECT http://gateway.test:${port}\n`, 'relay_line_malformed'],
    ['a path', () => `CONNECT https://gateway.test:${port}/x\n`, 'relay_line_malformed'],
    ['another verb', () => `GET https://gateway.test:${port}\n`, 'relay_line_malformed'],
    ['a line of 301 bytes', () => `CONNECT https://${'a'.repeat(300)}`, 'relay_line_malformed'],
  ])('refuses %s', async (_, line, expected) => {
    expect(await refusal(line())).toBe(expected);
  });

  it('refuses whoever sends no line', async () => {
    expect(await refusal('CONN', impatient)).toBe('relay_line_malformed');
  });

  it('hangs up when nothing moves', async () => {
    const socket = await connectTo(impatient.relaySocket);
    socket.write(`CONNECT http://127.0.0.1:${echoPort}\n`);
    socket.resume();
    await new Promise((resolve) => socket.once('end', resolve));
    expect(socket.readableEnded).toBe(true);
    socket.destroy();
  });

  it('hangs up beyond its byte limit', async () => {
    const { socket } = await open(`CONNECT http://127.0.0.1:${echoPort}\n`);
    let received = 0;
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => (received += chunk.length)).on('error', () => undefined);
    socket.write(Buffer.alloc(200_000));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(received).toBeLessThanOrEqual(100_000);
  });

  it('serves no more than its connections at once', async () => {
    const line = `CONNECT http://127.0.0.1:${echoPort}\n`;
    const opened = await Promise.allSettled(Array.from({ length: 20 }, () => open(line)));
    const served = opened.filter((one) => one.status === 'fulfilled' && one.value.answer === 'OK');
    expect(served).toHaveLength(16);
    for (const one of opened) if (one.status === 'fulfilled') one.value.socket.destroy();
  });
});

describe('relay folders', () => {
  it('are served as they come and go', async () => {
    const prepared = join(fetcher.directory, 'relay', '.1001');
    mkdirSync(prepared);
    renameSync(prepared, join(fetcher.directory, 'relay', '1001'));
    await vi.waitFor(() => expect(existsSync(socketOf(1001))).toBe(true));
    rmSync(join(fetcher.directory, 'relay', '1001'), { recursive: true });
    mkdirSync(join(fetcher.directory, 'relay', '1001'));
    await vi.waitFor(() => expect(existsSync(socketOf(1001))).toBe(true));
    (await connectTo(socketOf(1001))).destroy();
  });

  it('are served after a rescan, as SIGHUP asks for', async () => {
    mkdirSync(join(fetcher.directory, 'relay', '1002'));
    await fetcher.relays.rescan();
    expect(statSync(socketOf(1002)).mode & 0o777).toBe(0o666);
  });

  it('with another name than a uid are left alone', async () => {
    mkdirSync(join(fetcher.directory, 'relay', 'alice'));
    await fetcher.relays.rescan();
    expect(existsSync(join(fetcher.directory, 'relay', 'alice', 'relay.sock'))).toBe(false);
  });
});

describe('anchors', () => {
  it('that others may write are not used', async () => {
    const anchor = anchorFor(`https://gateway.test:${port}`, { name: 'lax', origin: 'https://lax.test' });
    fetcher.installAnchor(anchor);
    chmodSync(join(fetcher.anchorDirectory, 'lax.json'), 0o664);
    expect(await refusal('CONNECT https://lax.test:443\n')).toBe('origin_not_anchored');
    expect(fetcher.unusable).toContain('lax.json');
  });
});
