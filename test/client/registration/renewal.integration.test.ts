import { describe, expect, it } from 'vitest';
import { keepView } from '#client/registration/ask-case.ts';
import { follow } from '#client/registration/follow.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { DEVICE_PROOF_TYPE } from '#shared/registration/device-proof.ts';
import { parseConf } from '#shared/wireguard/conf.ts';
import { NOW } from '#test/shared/registration/issue.ts';
import { problem, Refused, type Script } from '../scripted-daemon.ts';
import { exampleConf, PUBLIC_KEY } from '../tunnel/example-conf.ts';
import { acceptAll, connectedOn, ID, useTestClient, viewOf } from './test-client.ts';

const NEW_ID = '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10';
const OTHER_KEY = `${'B'.repeat(42)}E=`;
const world = useTestClient();

const askedOf = (): readonly string[] => world.daemon.asked.map(({ method }) => method);
const refusing =
  (method: string, code: string): Script =>
  (asked, conversation) => {
    if (asked.method === method) throw new Refused(problem(code));
    return acceptAll(asked, conversation);
  };
const certified = async () => {
  const registration = await world.submitted();
  await world.attest();
  world.script = acceptAll;
  const followed = await follow(world.context, registration);
  world.daemon.asked.length = 0;
  return followed.registration;
};

describe('renewing by hand', () => {
  it('asks also where the certificate is young, and keeps the new one', async () => {
    const registration = await certified();
    const renewed = await world.attest();
    expect(await follow(world.context, registration, { certificate: 'renew' })).toMatchObject({
      registration: { certificate: renewed },
      ...{ isRenewed: true, handedTo: null, delivery: null },
    });
  });

  it('that gives the same one again changes nothing', async () => {
    const registration = await certified();
    world.state = connectedOn(ID);
    const followed = await follow(world.context, registration, { certificate: 'renew' });
    expect(followed).toMatchObject({ registration, isRenewed: false, handedTo: null, delivery: null });
    expect(askedOf()).not.toContain('replaceRegistration');
  });

  it('gives the running tunnel the new one before the list, which may end the old one', async () => {
    const registration = await certified();
    const certificate = await world.attest();
    world.state = connectedOn(ID);
    const followed = await follow(world.context, registration, { certificate: 'renew' });
    expect(followed).toMatchObject({ isRenewed: true, handedTo: 'office', delivery: null });
    expect(askedOf()).toEqual([
      ...['deliver', 'challenge', 'replaceRegistration', 'deliver', 'checkRegistration'],
    ]);
    const { parameters } = world.daemon.asked[2] ?? {};
    expect(parameters).toMatchObject({ certificate });
    const [header = ''] = String(parameters?.['deviceProof']).split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ typ: DEVICE_PROOF_TYPE });
  });

  it.each([
    ['on another registration', connectedOn(NEW_ID)],
    ['of another user', connectedOn(ID, null as unknown as string)],
    ['whose file is gone', connectedOn(ID, 'gone')],
  ])('leaves a tunnel %s alone', async (_, state) => {
    const registration = await certified();
    await world.attest();
    world.state = state;
    const followed = await follow(world.context, registration, { certificate: 'renew' });
    expect(followed).toMatchObject({ isRenewed: true, handedTo: null });
    expect(askedOf()).not.toContain('replaceRegistration');
  });

  it('that the running tunnel does not take keeps the new one and says so', async () => {
    const registration = await certified();
    const certificate = await world.attest();
    world.state = connectedOn(ID);
    world.script = refusing('replaceRegistration', 'proof_configuration_differs');
    expect(await follow(world.context, registration, { certificate: 'renew' })).toMatchObject({
      registration: { certificate },
      ...{ handedTo: null, delivery: { code: 'proof_configuration_differs' } },
    });
  });

  it('while the tunnel ends in between is no failure', async () => {
    const registration = await certified();
    await world.attest();
    world.state = connectedOn(ID);
    world.script = refusing('replaceRegistration', 'no_tunnel');
    const followed = await follow(world.context, registration, { certificate: 'renew' });
    expect(followed).toMatchObject({ isRenewed: true, handedTo: null, delivery: null });
  });

  it('refused by the gateway still says where the case stands', async () => {
    const registration = await certified();
    world.answer(`POST /v1/registration/${ID}/certificate`, (response) => {
      response.writeHead(503).end();
    });
    expect(await follow(world.context, registration, { certificate: 'renew' })).toMatchObject({
      registration,
      ...{ isRenewed: false, delivery: { code: 'gateway_answer_status' } },
    });
  });
});

describe('two windows at once', () => {
  const later = { iat: NOW + 60 };
  /** The service is asked whether it takes the certificate; another window takes its own in that moment. */
  const meanwhile = (act: () => Promise<void>): Script => {
    let isDone = false;
    return async (asked, conversation) => {
      if (asked.method === 'checkRegistration' && !isDone) {
        isDone = true;
        await act();
      }
      return acceptAll(asked, conversation);
    };
  };
  const anotherWindowTakes = async (certificate: string): Promise<void> => {
    const store = new RegistrationStore(world.context.configDirectory);
    await store.save({ ...(await world.stored()), certificate });
  };

  it('what the gateway says of a case leaves the certificate that another window took', async () => {
    const before = await certified();
    const newer = await world.attest(later);
    await anotherWindowTakes(newer);
    const kept = await keepView(world.context, before, { ...before.view, changed_at: NOW + 7 });
    expect(kept).toMatchObject({ certificate: newer, view: { changed_at: NOW + 7 } });
    expect(await world.stored()).toEqual(kept);
  });

  it('a certificate leaves what the gateway said of the case meanwhile', async () => {
    const before = await certified();
    const newer = await world.attest(later);
    world.script = meanwhile(async () => {
      await keepView(world.context, before, { ...before.view, changed_at: NOW + 7 });
    });
    await follow(world.context, before, { certificate: 'renew' });
    expect(await world.stored()).toMatchObject({ certificate: newer, view: { changed_at: NOW + 7 } });
  });

  it('the newer of two certificates stays, whichever is written last', async () => {
    const before = await certified();
    const newest = await world.attest(later);
    await world.attest();
    world.script = meanwhile(() => anotherWindowTakes(newest));
    const { registration } = await follow(world.context, before, { certificate: 'renew' });
    expect(registration.certificate).toBe(newest);
    expect((await world.stored()).certificate).toBe(newest);
  });

  it('of many writers each one’s change is there in the end', async () => {
    const before = await certified();
    const store = new RegistrationStore(world.context.configDirectory);
    const add = (kept: StoredRegistration): StoredRegistration => ({
      ...kept,
      view: { ...kept.view, changed_at: kept.view.changed_at + 1 },
    });
    await Promise.all(Array.from({ length: 8 }, () => store.change(before, add)));
    expect((await world.stored()).view.changed_at).toBe(before.view.changed_at + 8);
  });
});

describe('the certificate of an amendment', () => {
  const newEndpoints = [{ public_key: OTHER_KEY, host: 'new.example', port: 51_820 }];

  /** The amendment is attested: with the same VPN server, or with another one that has a tunnel of its own. */
  async function amended(endpoints: typeof newEndpoints) {
    await certified();
    const conf = exampleConf.replace(PUBLIC_KEY, OTHER_KEY).replace('vpn.example', 'new.example');
    const parsed = parseConf(conf);
    if (parsed.kind === 'rejected') throw new Error('the example is not one');
    await new TunnelStore(world.context).add('moved', parsed.configuration);
    const view = { ...(await world.stored()).view, id: NEW_ID, amends: ID, endpoints };
    const registration = { ...(await world.stored()), view, tunnel: 'moved', certificate: null };
    await new RegistrationStore(world.context.configDirectory).save(registration);
    await world.attest({ sub: NEW_ID, endpoints });
    const routes = world.gateway.routes;
    const give = routes.get(`POST /v1/registration/${ID}/certificate`);
    if (give !== undefined) routes.set(`POST /v1/registration/${NEW_ID}/certificate`, give);
    world.answerJson(`GET /v1/registration/${NEW_ID}`, {
      ...viewOf('attested'),
      ...{ id: NEW_ID, amends: ID, endpoints },
    });
    return registration;
  }

  it('is not fetched while that would cut the running tunnel; connecting or asking for it does', async () => {
    const registration = await amended(newEndpoints);
    world.state = connectedOn(ID);
    for (const certificate of ['due', 'renew'] as const) {
      const waiting = await follow(world.context, registration, { certificate });
      expect(waiting.registration.certificate).toBeNull();
    }
    expect(world.gateway.requests.some(({ url }) => url.includes(`${NEW_ID}/certificate`))).toBe(false);
    const fetched = await follow(world.context, registration, { certificate: 'now' });
    expect(fetched).toMatchObject({ isRenewed: true, handedTo: null, delivery: null });
  });

  it.each([
    ['nothing runs', () => ({ kind: 'disconnected' }) as const],
    ['another registration’s tunnel runs', () => connectedOn('3f2504e0-4f89-41d3-9a0c-0305e82c3301')],
  ])('is fetched at once while %s', async (_, state) => {
    const registration = await amended(newEndpoints);
    world.state = state();
    expect((await follow(world.context, registration)).isRenewed).toBe(true);
  });

  it('is not fetched for a tunnel on its way that has only the old one', async () => {
    const registration = await amended(newEndpoints);
    world.state = { kind: 'connecting', tunnel: 'office', stage: 'waiting_for_handshake' };
    expect((await follow(world.context, registration)).isRenewed).toBe(false);
    world.state = { kind: 'connecting', tunnel: 'moved', stage: 'waiting_for_handshake' };
    expect((await follow(world.context, registration)).isRenewed).toBe(true);
  });

  it('for the same VPN server goes to the running tunnel, which is not cut', async () => {
    const { endpoints } = (await certified()).view;
    const registration = await amended(endpoints);
    world.state = connectedOn(ID);
    expect(await follow(world.context, registration)).toMatchObject({ isRenewed: true, handedTo: 'office' });
  });

  it('is fetched without a service: then there is no tunnel', async () => {
    const registration = await amended(newEndpoints);
    world.state = connectedOn(ID);
    world.context = { ...world.context, daemonSocket: '/nonexistent/sanad/user/1000/sanadd.sock' };
    expect((await follow(world.context, registration)).isRenewed).toBe(true);
  });
});
