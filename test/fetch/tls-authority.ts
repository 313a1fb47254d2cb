import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TlsAuthority {
  /** PEM of the authority itself: an anchor's tls_ca. */
  readonly ca: string;
  /** A certificate for names as subjectAltName wants them, e.g. DNS:gateway.test. */
  certificateFor(subjectAltName: string): { readonly cert: string; readonly key: string };
  remove(): void;
}

/** A throw-away certificate authority, made with openssl. */
export function makeTlsAuthority(): TlsAuthority {
  const cwd = mkdtempSync(join(tmpdir(), 'sanad-tls-'));
  const openssl = (...words: string[]): void => void execFileSync('openssl', words, { cwd, stdio: 'pipe' });
  const read = (name: string): string => readFileSync(join(cwd, name), 'utf8');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-days',
    '2',
    '-subj',
    '/CN=Test CA',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  return {
    ca: read('ca.pem'),
    certificateFor: (subjectAltName) => {
      writeFileSync(join(cwd, 'extensions'), `subjectAltName=${subjectAltName}\nbasicConstraints=CA:FALSE\n`);
      openssl('req', ...key, '-subj', '/CN=test', '-keyout', 'leaf.key', '-out', 'leaf.csr');
      const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
      openssl('x509', '-req', '-in', 'leaf.csr', ...signer, '-extfile', 'extensions', '-out', 'leaf.pem');
      return { cert: read('leaf.pem'), key: read('leaf.key') };
    },
    remove: () => rmSync(cwd, { recursive: true, force: true }),
  };
}
