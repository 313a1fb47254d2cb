import { readFileSync } from 'node:fs';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { createServer, type Server } from 'node:net';

/**
 * Stands where the lab's gateway stood, with its TLS key or another, and behaves as badly as it is told to.
 * Arguments: address, port, certificate, key, behaviour.
 */
const [, , address = '', port = '', certificate = '', key = '', behaviour = ''] = process.argv;
const tls = { cert: readFileSync(certificate), key: readFileSync(key) };

const behaviours: Readonly<Record<string, () => Server | HttpsServer>> = {
  silent: () => createServer((socket) => void socket.resume().on('error', () => undefined)),
  redirects: () =>
    createHttpsServer(tls, (_request, response) => {
      response.writeHead(307, { location: 'https://evil.test/' }).end();
    }),
  floods: () =>
    createHttpsServer(tls, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const flood = (): void => {
        while (response.write(Buffer.alloc(65_536, 32)));
      };
      response.on('drain', flood).on('error', () => undefined);
      flood();
    }),
};

const make = behaviours[behaviour];
if (make === undefined) throw new Error(`no such behaviour: ${behaviour}`);
make().listen(Number(port), address);
