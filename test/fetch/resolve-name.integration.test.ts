import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { resolveName } from '#fetch/origin/resolve-name.ts';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

const TYPE_A = 1;
const NAME_ERROR = 3;

/** A name server that knows one IPv4 address for everything, or nothing, or does not answer. */
async function nameServer(knows: readonly number[] | 'nothing' | 'silence'): Promise<string> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (query, from) => {
    if (knows === 'silence') return;
    socket.send(answerTo(query, knows === 'nothing' ? null : knows), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = socket.address();
  return `127.0.0.1:${port}`;
}

/** RFC 1035 section 4.1: the question as it came, and an answer that points back to its name. */
function answerTo(query: Buffer, address: readonly number[] | null): Buffer {
  const endOfName = query.indexOf(0, 12);
  const question = query.subarray(12, endOfName + 5);
  const isAnswered = address !== null && query.readUInt16BE(endOfName + 1) === TYPE_A;
  const header = Buffer.from([0, 0, 0x81, 0x80, 0, 1, 0, isAnswered ? 1 : 0, 0, 0, 0, 0]);
  query.copy(header, 0, 0, 2);
  if (address === null) header[3] = 0x80 | NAME_ERROR;
  const record = [0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4, ...(address ?? [])];
  return Buffer.concat([header, question, Buffer.from(isAnswered ? record : [])]);
}

describe('a name', () => {
  it('is asked of the name servers that were named', async () => {
    const server = await nameServer([203, 0, 113, 8]);
    expect(await resolveName('vpn.example', [server])).toEqual(['203.0.113.8']);
  });

  it('of which one does not answer: of the next', async () => {
    const servers = [await nameServer('silence'), await nameServer([203, 0, 113, 8])];
    expect(await resolveName('vpn.example', servers)).toEqual(['203.0.113.8']);
  });

  it('that they do not know is asked of the system, which knows its own hosts', async () => {
    const server = await nameServer('nothing');
    expect(await resolveName('localhost', [server])).toContain('127.0.0.1');
  });

  it('that nobody knows is an error', async () => {
    const server = await nameServer('nothing');
    await expect(resolveName('nobody.invalid', [server])).rejects.toMatchObject({
      problem: { code: 'name_unresolved' },
    });
  });
});
