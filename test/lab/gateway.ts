import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { addresses } from './network.ts';
import { asSomebody, must, root, run, start, until, type Background, type Outcome } from './process.ts';
import { identity, LAB, own, uidOf } from './system.ts';

export const ORIGIN = 'https://gateway.test:8443';
const HOME = `${LAB}/gateway`;
const TLS = `${LAB}/gateway-tls`;

export interface LabGateway {
  readonly origin: string;
  readonly directory: string;
  /** sanad://join link, with the fingerprint of the root keys. */
  readonly joinLink: string;
  stop(signal?: NodeJS.Signals): Promise<void>;
  restart(): Promise<void>;
  /** `sanad-gateway case ...`, signed with the reviewer's key. */
  review(...words: readonly string[]): Promise<Outcome>;
}

/**
 * The reviewer sits at another machine: the client's name server is not theirs. Each word after `sh` is passed on.
 */
const withOwnResolver = [
  ...['unshare', '--mount', 'sh', '-c'],
  `mount --bind ${LAB}/router-resolv.conf /run/resolvconf/resolv.conf && exec "$@"`,
  'sh',
];

const gatewayUser = () => ({ ...identity('sanad-gateway') });

/** A certificate authority of the lab's own and a certificate for gateway.test. */
function makeTls(): void {
  mkdirSync(TLS, { recursive: true });
  const openssl = (...words: string[]): void =>
    void execFileSync('openssl', words, { cwd: TLS, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-days', '2', '-subj', '/CN=Lab CA', '-keyout', 'ca.key', '-out', 'ca.pem');
  writeFileSync(`${TLS}/extensions`, 'subjectAltName=DNS:gateway.test\nbasicConstraints=CA:FALSE\n');
  openssl('req', ...key, '-subj', '/CN=gateway.test', '-keyout', 'gateway.key', '-out', 'gateway.csr');
  openssl(
    ...['x509', '-req', '-in', 'gateway.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-days', '2', '-extfile', 'extensions', '-out', 'gateway.pem'],
  );
  execFileSync('chown', ['-R', `${uidOf('sanad-gateway')}`, TLS]);
}

/** `sanad-gateway init` and `serve`, as an intermediary does it; the issuer is its child process. */
export async function startGateway(statusTtlSeconds: number): Promise<LabGateway> {
  makeTls();
  writeFileSync(`${LAB}/router-resolv.conf`, `nameserver ${addresses.outsideResolver}\n`);
  own(HOME, { uid: uidOf('sanad-gateway'), mode: 0o700 });
  const directory = `${HOME}/data`;
  await must('router', gatewayUser(), [
    ...['sanad-gateway', 'init', '--dir', directory, '--origin', ORIGIN, '--name', 'lab'],
    ...['--legal-name', 'Lab Association (test)', '--contact', 'help@gateway.test'],
    ...['--retention', 'deleted with the lab', '--tls-ca', `${TLS}/ca.pem`],
  ]);
  let process: Background | undefined;
  const serve = async (): Promise<void> => {
    process = start('router', gatewayUser(), 'gateway', [
      ...['sanad-gateway', 'serve', '--dir', directory, '--listen', `${addresses.gateway}:8443`],
      ...['--tls-certificate', `${TLS}/gateway.pem`, '--tls-key', `${TLS}/gateway.key`],
      ...['--status-ttl', String(statusTtlSeconds)],
    ]);
    await until('the gateway', async () => {
      if (process?.alive() !== true) throw new Error(`the gateway ended; see ${LAB}/log/gateway.log`);
      const health = ['curl', '-sf', '--cacert', `${TLS}/ca.pem`];
      const at = ['--resolve', `gateway.test:8443:${addresses.gateway}`, `${ORIGIN}/v1/health`];
      return (await run('router', gatewayUser(), [...health, ...at])).code === 0;
    });
  };
  await serve();
  const joinLink = (
    await must('router', gatewayUser(), ['sanad-gateway', 'join-link', '--dir', directory])
  ).trim();
  return {
    origin: ORIGIN,
    directory,
    joinLink,
    stop: async (signal) => await process?.stop(signal),
    restart: serve,
    review: (...words) =>
      run('router', root, [
        ...withOwnResolver,
        ...asSomebody(gatewayUser()),
        ...['sanad-gateway', 'case', ...words, '--json', '--origin', ORIGIN],
        ...['--key', `${directory}/reviewer/reviewer.key.json`, '--tls-ca', `${TLS}/ca.pem`],
      ]),
  };
}
