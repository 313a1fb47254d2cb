import { once } from 'node:events';
import { statSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { submit } from '../reviewing.ts';
import { freePort, makeSigner, send, startGateway, type RunningGateway } from '../running-gateway.ts';

let gateway: RunningGateway;
let socketPath: string;

beforeAll(async () => {
  gateway = await startGateway();
  socketPath = join(gateway.directory, 'storage/monitor.sock');
  await gateway.stop('SIGTERM');
  await gateway.start([], ['--monitor', socketPath]);
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

async function read(path: string, where: object = { socketPath }): Promise<{ status: number; text: string }> {
  const sent = request({ path, ...where }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, text };
}

describe('the operator', () => {
  it('reads that the gateway lives and is ready, part by part', async () => {
    expect((await read('/live')).status).toBe(200);
    const ready = await read('/ready');
    expect(ready.status).toBe(200);
    expect(JSON.parse(ready.text)).toMatchObject({
      ready: true,
      parts: { database: { ok: true }, issuer: { ok: true }, status_list: { ok: true }, disk: { ok: true } },
    });
  });

  it('reads metrics by route and problem, and nothing of a person', async () => {
    const device = await makeSigner();
    await submit(gateway, device);
    await send(gateway, { method: 'GET', path: '/v1/case' });
    await send(gateway, { method: 'GET', path: '/v1/key-set' });
    const { text } = await read('/metrics');
    expect(text).toMatch(/route="\/v1\/key-set",status="200"\} 1$/m);
    expect(text).toMatch(
      /^sanad_gateway_requests_total\{method="POST",route="\/v1\/registration",status="200"\} 1$/m,
    );
    expect(text).toMatch(/^sanad_gateway_problems_total\{code="signature_missing"\} 1$/m);
    expect(text).toMatch(/^sanad_gateway_ready\{part="database"\} 1$/m);
    expect(text).toMatch(/^sanad_gateway_status_list_age_seconds \d+$/m);
    expect(text).toContain('process_resident_memory_bytes');
    expect(text).not.toContain(device.keyId);
  });

  it('is the only one who does: the socket is closed to others, and the public listener knows none of it', async () => {
    expect(statSync(socketPath).mode & 0o007).toBe(0);
    for (const path of ['/metrics', '/ready', '/live']) {
      expect((await send(gateway, { method: 'GET', path })).problem().code).toBe('route_unknown');
    }
  });

  it('sees that the issuer is gone, and that the gateway is not ready', async () => {
    const port = await freePort();
    await gateway.stop('SIGTERM');
    const nobody = join(gateway.directory, 'storage/nobody.sock');
    await gateway.start([], ['--issuer-socket', nobody, '--monitor', `127.0.0.1:${port}`]);
    const ready = await read('/ready', { host: '127.0.0.1', port });
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.text)).toMatchObject({
      ready: false,
      parts: { database: { ok: true }, issuer: { ok: false, code: 'issuer_unavailable' } },
    });
    const { text } = await read('/metrics', { host: '127.0.0.1', port });
    expect(text).toMatch(/^sanad_gateway_troubles_total\{at="status_list"\} \d+$/m);
    expect((await send(gateway, { method: 'GET', path: '/v1/health' })).status).toBe(200);
  });
});
