import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FetcherSocket } from '#daemon/platform/fetcher-socket.ts';
import { MAX_FETCH_ANSWER_BYTES } from '#shared/contract/fetch-contract.ts';

let directory: string;
let fetcher: FetcherSocket;
let server: Server | undefined;
const sockets = new Set<Socket>();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sanad-fetcher-'));
  fetcher = new FetcherSocket(join(directory, 'fetch.sock'));
});
afterEach(() => {
  fetcher.close();
  for (const socket of sockets) socket.destroy();
  server?.close();
  rmSync(directory, { recursive: true });
});

interface Request {
  readonly id: number;
  readonly method: string;
  readonly parameters: { readonly host?: string };
}

/** A fetcher that answers each request with the lines given. */
async function serve(answer: (request: Request) => readonly string[]): Promise<void> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.trim().split('\n')) {
        for (const reply of answer(JSON.parse(line) as Request)) socket.write(`${reply}\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server?.listen(join(directory, 'fetch.sock'), resolve));
}

const result = (id: number, value: unknown): string => JSON.stringify({ id, result: value });
const code = (expected: string) => ({ problem: { code: expected } });

describe('the fetcher', () => {
  test('answers in any order, and each answer finds its question', async () => {
    const held: string[] = [];
    await serve(({ id, parameters }) => {
      held.unshift(result(id, { addresses: [`203.0.113.${parameters.host ?? ''}`] }));
      return held.length === 3 ? held : [];
    });
    const all = await Promise.all(['1', '2', '3'].map((host) => fetcher.resolve(host)));
    expect(all).toEqual([['203.0.113.1'], ['203.0.113.2'], ['203.0.113.3']]);
  });

  test('says what is wrong in its own words', async () => {
    const problem = { kind: 'gateway', code: 'origin_not_anchored', reason: 'r', nextAction: 'n' };
    await serve(({ id }) => [JSON.stringify({ id, problem })]);
    await expect(fetcher.get('https://x.test/', 10)).rejects.toMatchObject({ problem });
  });

  test('that is not there is told, and asked again the next time', async () => {
    await expect(fetcher.resolve('a')).rejects.toMatchObject(code('fetcher_unreachable'));
    await serve(({ id }) => [result(id, { addresses: [] })]);
    expect(await fetcher.resolve('a')).toEqual([]);
  });

  test('that hangs up fails whoever waits, at once', async () => {
    await serve(() => {
      for (const socket of sockets) socket.destroy();
      return [];
    });
    await expect(fetcher.resolve('a')).rejects.toMatchObject(code('fetcher_unreachable'));
  });

  test.each([
    ['no JSON', () => ['what?']],
    ['no message', () => ['{"hello":1}']],
    ['another method’s result', ({ id }: Request) => [result(id, { body: 'x' })]],
    ['addresses that are none', ({ id }: Request) => [result(id, { addresses: [1] })]],
    ['a line without an end', () => ['x'.repeat(MAX_FETCH_ANSWER_BYTES + 1)]],
  ])('that answers %s is not believed', async (_, answer) => {
    await serve(answer);
    await expect(fetcher.resolve('a')).rejects.toMatchObject(code('fetcher_answer_malformed'));
  });

  test('that answers what nobody asked is passed over', async () => {
    await serve(({ id }) => [
      result(id + 100, { addresses: ['203.0.113.9'] }),
      result(id, { addresses: [] }),
    ]);
    expect(await fetcher.resolve('a')).toEqual([]);
  });
});
