import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, startGateway, type RunningGateway } from '../running-gateway.ts';

const home = mkdtempSync(join(tmpdir(), 'sanad-tls-'));
const tls = { certificate: join(home, 'tls.pem'), key: join(home, 'tls.key') };
let gateway: RunningGateway;

beforeAll(async () => {
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-keyout', tls.key, '-out', tls.certificate],
    ],
    { stdio: 'ignore' },
  );
  gateway = await startGateway(tls);
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
  rmSync(home, { recursive: true });
});

describe('a gateway with a certificate of its own authority', () => {
  it('serves reviewers that trust that authority', async () => {
    expect(JSON.parse((await gateway.review('list')).stdout)).toEqual({ cases: [] });
  });

  it('is refused by those that do not', async () => {
    const key = join(gateway.directory, 'reviewer/reviewer.key.json');
    const { code, stdout } = await run('case', 'list', '--origin', gateway.origin, '--key', key, '--json');
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({ problem: { code: 'gateway_unreachable' } });
  });

  it('hands its authority out with the anchor and vouches for it in the join link', async () => {
    const authority = readFileSync(tls.certificate, 'utf8');
    const anchor = JSON.parse(readFileSync(join(gateway.directory, 'anchor.json'), 'utf8')) as object;
    expect(anchor).toMatchObject({ tls_ca: authority });
    const link = new URL((await run('join-link', '--dir', gateway.directory)).stdout.trim());
    expect(link.searchParams.get('tls_ca')).toBe(createHash('sha256').update(authority).digest('hex'));
  });

  it('speaks nothing older than TLS 1.3', async () => {
    const options = { host: '127.0.0.1', port: gateway.port, ca: readFileSync(tls.certificate) };
    const old = connect({ ...options, maxVersion: 'TLSv1.2' });
    await expect(once(old, 'secureConnect')).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    });
    const current = connect(options);
    await once(current, 'secureConnect');
    expect(current.getProtocol()).toBe('TLSv1.3');
    current.destroy();
  });
});
