import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGatewayServer } from '#gateway/http/server.ts';
import type { Services } from '#gateway/http/services.ts';
import { follow, submit } from '../reviewing.ts';
import { makeSigner, startGateway, type RunningGateway, type Signer } from '../running-gateway.ts';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';

const rates = {
  submissionsOfAnAddress: { burst: 2, secondsForOne: 60 },
  documentsOfAnAddress: { burst: 1, secondsForOne: 60 },
  requestsOfAnAddress: { burst: 5, secondsForOne: 10 },
  requestsOfAKey: { burst: 3, secondsForOne: 10 },
};

describe('requests of one address', () => {
  let time = 1_800_000_000;
  const services = {
    now: () => time,
    log: () => undefined,
    identity: { configuration: { origin: 'http://127.0.0.1' } },
  } as unknown as Services;
  const server = createGatewayServer(services, { rates });
  afterAll(async () => {
    await server.close();
  });
  const get = async (remoteAddress: string) =>
    await server.inject({ method: 'GET', url: '/v1/health', remoteAddress });

  it('beyond the rate are refused, with a time to wait, and others are not', async () => {
    for (let count = 0; count < 5; count++) expect((await get('203.0.113.1')).statusCode).toBe(200);
    const refused = await get('203.0.113.1');
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['retry-after']).toBe('60');
    expect(refused.json()).toMatchObject({ code: 'too_many_requests', server_time: time });
    expect((await get('203.0.113.2')).statusCode).toBe(200);
    expect((await get('127.0.0.1')).statusCode).toBe(200);
    time += 10;
    expect((await get('203.0.113.1')).statusCode).toBe(200);
  });

  it('count for submissions apart', async () => {
    const post = async () =>
      await server.inject({ method: 'POST', url: '/v1/registration', remoteAddress: '203.0.113.3' });
    const codes = [(await post()).json().code, (await post()).json().code, (await post()).json().code];
    expect(codes).toEqual(['signature_missing', 'signature_missing', 'too_many_submissions']);
    const amended = await server.inject({
      ...{ method: 'POST', remoteAddress: '203.0.113.3' },
      url: '/v1/registration/0f8fad5b-d9cb-469f-a165-70867728950e/amendment',
    });
    expect(amended.json()).toMatchObject({ code: 'too_many_submissions' });
  });
});

describe('requests of one key, behind a proxy', () => {
  let gateway: RunningGateway;
  let device: Signer;

  beforeAll(async () => {
    gateway = await startGateway();
    await gateway.stop('SIGTERM');
    await gateway.start([], ['--behind-proxy']);
    device = await makeSigner();
  });
  afterAll(async () => {
    await gateway.stop('SIGTERM');
    gateway.remove();
  });

  it('beyond the rate are refused, whatever address they come from; other keys go on', async () => {
    const { id } = (await submit(gateway, device)).json<RegistrationView>();
    const answers = [];
    for (let round = 0; round < 40; round++) {
      answers.push(...(await Promise.all(Array.from({ length: 10 }, () => follow(gateway, device, id)))));
    }
    const refused = answers.filter(({ status }) => status !== 200);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(299);
    expect(new Set(refused.map((answer) => answer.problem().code))).toEqual(new Set(['too_many_requests']));
    const other = await makeSigner();
    expect((await submit(gateway, other)).status).toBe(200);
  });

  it('are not used up by whoever only names that key', async () => {
    const [victim, thief] = [await makeSigner(), await makeSigner()];
    const { id } = (await submit(gateway, victim)).json<RegistrationView>();
    for (let round = 0; round < 35; round++) {
      const named = { ...thief, keyId: victim.keyId };
      await Promise.all(Array.from({ length: 10 }, () => follow(gateway, named, id)));
    }
    expect((await follow(gateway, victim, id)).status).toBe(200);
  });
});
