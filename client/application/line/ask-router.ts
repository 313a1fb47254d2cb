import { createSocket } from 'node:dgram';

/** RFC 6886, section 3: NAT-PMP. */
const PORT = 5351;
const REQUEST = Buffer.from([0, 0]);
/** Version 0, operation 128 (the answer to 0), result 0. */
const ANSWER = Buffer.from([0, 128, 0, 0]);
const ADDRESS_AT = 8;
const ANSWER_BYTES = 12;
const WAIT_MILLISECONDS = 1000;

/**
 * Asks a router for the address that it has outside (RFC 6886, section 3.2). undefined: it does not say, which most do
 * not. Nothing is asked for beside that, and nothing is opened in it.
 */
export async function askRouter(
  router: string,
  { port = PORT, milliseconds = WAIT_MILLISECONDS } = {},
): Promise<string | undefined> {
  const socket = createSocket('udp4');
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const timer = setTimeout(() => resolve(undefined), milliseconds);
  socket.on('error', () => resolve(undefined));
  // Connected, so that only the router itself can answer.
  socket.on('connect', () =>
    socket.send(REQUEST, (error) => (error === null ? undefined : resolve(undefined))),
  );
  socket.on('message', (answer) => resolve(outerAddress(answer)));
  try {
    socket.connect(port, router);
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

function outerAddress(answer: Buffer): string | undefined {
  const isAnswer = answer.length === ANSWER_BYTES && answer.subarray(0, ANSWER.length).equals(ANSWER);
  if (!isAnswer) return undefined;
  const address = [...answer.subarray(ADDRESS_AT)].join('.');
  // It has none at the moment.
  return address === '0.0.0.0' ? undefined : address;
}
