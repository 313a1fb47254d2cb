import type { Socket } from 'node:net';
import { fetchError } from '../problems.ts';

const NEWLINE = 0x0a;

/** Reads up to the first newline and puts what came after it back, for whoever reads on. */
export async function readFirstLine(
  socket: Socket,
  maxBytes: number,
  waitMilliseconds: number,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let seen = Buffer.alloc(0);
  const onReadable = (): void => {
    const chunk: unknown = socket.read();
    if (!Buffer.isBuffer(chunk)) return;
    seen = Buffer.concat([seen, chunk]);
    const end = seen.subarray(0, maxBytes).indexOf(NEWLINE);
    if (end === -1 && seen.length < maxBytes) return;
    if (end === -1) return reject(fetchError('relay_line_malformed', { detail: 'too long' }));
    socket.off('readable', onReadable);
    if (seen.length > end + 1) socket.unshift(seen.subarray(end + 1));
    resolve(seen.toString('latin1', 0, end));
  };
  const onEnd = (): void => reject(fetchError('relay_line_malformed', { detail: 'no line came' }));
  const timer = setTimeout(onEnd, waitMilliseconds);
  socket.on('readable', onReadable).once('end', onEnd).once('close', onEnd);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd);
  }
}
