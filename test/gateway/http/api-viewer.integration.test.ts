import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createGatewayServer } from '#gateway/http/server.ts';
import type { Services } from '#gateway/http/services.ts';

const services = {
  ...{ now: () => 1_800_000_000, log: () => undefined },
  identity: { configuration: { origin: 'https://gateway.example' } },
} as unknown as Services;
const viewerDirectory = join(import.meta.dirname, '../../../node_modules/@fastify/swagger-ui/static');
const server = createGatewayServer(services, { viewerDirectory });
afterAll(async () => {
  await server.close();
});

const get = async (url: string) => await server.inject({ method: 'GET', url });

describe('the interface', () => {
  it('is described for programs, at the gateway’s own origin', async () => {
    const answer = await get('/v1/openapi.json');
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.json()).toMatchObject({ openapi: '3.1.0', servers: [{ url: 'https://gateway.example' }] });
  });

  it('is browsable, with nothing from elsewhere and nothing inline', async () => {
    const page = await get('/docs');
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const references = [...page.body.matchAll(/(?:src|href)="([^"]*)"/g)].map(
      ([, reference = '']) => reference,
    );
    expect(references.length).toBeGreaterThan(3);
    for (const reference of references.filter((one) => one !== 'data:,')) {
      expect(reference).toMatch(/^\/docs\//);
      expect(await get(reference)).toMatchObject({ statusCode: 200 });
    }
    expect(page.body).not.toMatch(/<script>|style=|<style/);
  });
});
