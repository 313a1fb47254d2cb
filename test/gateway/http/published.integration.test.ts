import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { submit } from '../reviewing.ts';
import { makeSigner, send, startGateway, type RunningGateway, type TestRequest } from '../running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});
const get = (path: string, headers: TestRequest['headers'] = {}) =>
  send(gateway, { method: 'GET', path, headers });

describe.each(['/v1/anchor', '/v1/key-set', '/v1/status-list/1', '/v1/checkpoint'])('%s', (path) => {
  it('may be kept by caches, and is not sent again to whoever has it', async () => {
    const first = await get(path);
    expect(first.headers['cache-control']).toMatch(/^public, max-age=\d+, stale-if-error=\d+$/);
    const tag = first.headers.etag ?? '';
    expect(tag).toMatch(/^"[\w-]{27}"$/);
    for (const held of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await get(path, { 'if-none-match': held });
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', tag]);
      expect(again.headers['cache-control']).toBe(first.headers['cache-control']);
    }
    for (const other of ['"other"', tag.slice(1, -1), '', undefined]) {
      const again = await get(path, { 'if-none-match': other });
      expect([again.status, again.text]).toEqual([200, first.text]);
    }
  });

  it('of which there is another has another tag', async () => {
    const others = ['/v1/anchor', '/v1/key-set'].filter((one) => one !== path);
    for (const other of others)
      expect((await get(path)).headers.etag).not.toBe((await get(other)).headers.etag);
  });
});

describe('nothing else is kept by a cache', () => {
  it('neither what is a person’s, nor what was seen of a person, nor a problem', async () => {
    const device = await makeSigner();
    const submitted = await submit(gateway, device);
    const { id } = submitted.json<{ id: string }>();
    const answers = [
      submitted,
      await send(gateway, { method: 'GET', path: `/v1/registration/${id}`, signer: device }),
      await get(`/v1/registration/${id}`),
      ...(await Promise.all(['/v1/public-address', '/v1/health', '/v1/nothing'].map((path) => get(path)))),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 200, 200, 404]);
    for (const { headers } of answers) expect(headers['cache-control']).toBe('no-store');
  });
});
