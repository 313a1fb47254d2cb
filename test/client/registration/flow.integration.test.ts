import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deviceKeyOrNew } from '#client/device/device-key.ts';
import { follow } from '#client/registration/follow.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import { consentText, submit } from '#client/registration/submit.ts';
import { connect } from '#client/tunnel/connect.ts';
import { DaemonConnection } from '#client/daemon/daemon-connection.ts';
import type { EndpointClaim, Submission } from '#shared/contract/gateway-contract.ts';
import { builtInPolicy } from '#shared/registration/policy.ts';
import { verifyRegistration } from '#shared/registration/verify-registration.ts';
import { parseConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import type { ConfigurationMessage } from '#shared/wireguard/configuration-message.ts';
import { nodePrimitives } from '#client/node-primitives.ts';
import {
  acceptedKeySet,
  acceptedStatusList,
  clockAt,
  issueKeySet,
  issueStatusList,
  makeGateway,
  NOW,
  type TestGateway,
} from '#test/shared/registration/issue.ts';
import { json } from '../gateway/scripted-gateway.ts';
import { problem, Refused, type Script } from '../scripted-daemon.ts';
import { PUBLIC_KEY } from '../tunnel/example-conf.ts';
import { acceptAll, endpoints, ID, unexpected, useTestClient, viewOf } from './test-client.ts';

const world = useTestClient();

/** What the real gate needs besides certificate and proof. */
function groundsOf(keys: TestGateway) {
  const list = acceptedStatusList(keys);
  return {
    keySets: [acceptedKeySet(keys)],
    statusLists: new Map([[list.uri, list]]),
    policy: builtInPolicy,
    clock: clockAt(NOW),
    primitives: nodePrimitives,
  };
}

describe('submitting', () => {
  it('sends what was consented to, and nothing of the tunnel but its endpoints', async () => {
    const registration = await world.submitted();
    expect(registration.view.state).toBe('submitted');
    const sent = JSON.parse(world.gateway.requests[0]?.body ?? '') as Submission;
    expect(Object.keys(sent).toSorted()).toEqual(
      ['category', 'consent', 'device', 'endpoints', 'fields', 'profile', 'route'].toSorted(),
    );
    expect(sent.endpoints).toEqual(endpoints);
    expect(sent.consent).toEqual({ text: consentText(world.gateway.anchor), given_at: NOW });
  });

  it('again after a lost answer is the same submission', async () => {
    world.gateway.routes.set('POST /v1/registration', (response) => void response.destroy());
    await expect(submit(world.context, world.application())).rejects.toMatchObject({
      problem: { kind: 'gateway' },
    });
    world.answerJson('POST /v1/registration', viewOf('submitted'));
    world.context = { ...world.context, now: () => NOW + 100 };
    await submit(world.context, world.application());
    const [first, second] = world.gateway.requests;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    expect(second?.headers['signature-input']).not.toBe(first?.headers['signature-input']);
    expect(readdirSync(join(world.context.configDirectory, 'registration-draft'))).toEqual([]);
  });

  it('to a gateway that answers with other endpoints is an error and keeps nothing', async () => {
    world.gateway.routes.set('POST /v1/registration', (response) =>
      json(response, { ...viewOf('submitted'), endpoints: [] }, 201),
    );
    await expect(submit(world.context, world.application())).rejects.toMatchObject({
      problem: { code: 'gateway_answer_unexpected' },
    });
    expect(await new RegistrationStore(world.context.configDirectory).all()).toEqual([]);
  });
});

describe('following', () => {
  it('fetches the certificate once attested and hands its proofs to the service', async () => {
    const registration = await world.submitted();
    const certificate = await world.attest();
    world.script = acceptAll;
    const followed = await follow(world.context, registration);
    expect(followed).toMatchObject({ registration: { certificate }, delivery: null });
    expect(world.daemon.asked.map(({ method, parameters }) => [method, parameters])).toEqual([
      ['deliver', { keySet: issueKeySet(world.signing) }],
      ['deliver', { statusList: issueStatusList(world.signing) }],
      ['checkRegistration', expect.objectContaining({ certificate }) as unknown],
    ]);
    const stored = readFileSync(join(world.context.configDirectory, 'registration', `${ID}.json`), 'utf8');
    expect(stored).toContain(certificate);
  });

  it('asks for no new certificate while the one at hand is young', async () => {
    const registration = await world.submitted();
    await world.attest();
    world.script = acceptAll;
    const { registration: certified } = await follow(world.context, registration);
    world.gateway.requests.length = 0;
    await follow(world.context, certified);
    expect(world.gateway.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  it('takes it well that the service knows something newer', async () => {
    const registration = await world.submitted();
    await world.attest();
    world.script = ({ method, ...rest }, conversation) => {
      if (method === 'deliver') throw new Refused(problem('status_list_older'));
      return acceptAll({ method, ...rest }, conversation);
    };
    expect((await follow(world.context, registration)).delivery).toBeNull();
  });

  it('without a service still keeps the certificate, and says so', async () => {
    const registration = await world.submitted();
    const certificate = await world.attest();
    world.context = { ...world.context, daemonSocket: '/nonexistent/sanad/user/1000/sanadd.sock' };
    expect(await follow(world.context, registration)).toMatchObject({
      registration: { certificate },
      delivery: { code: 'daemon_unreachable' },
    });
  });

  it.each([
    ['another registration', { sub: '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10' }],
    ['another device', { cnf: { jkt: 'x'.repeat(43) } }],
    ['another gateway', { iss: 'https://other.test' }],
    ['another endpoint', { endpoints: [{ public_key: PUBLIC_KEY, host: 'evil.example', port: 51_820 }] }],
    ['more endpoints', { endpoints: [...endpoints, { ...endpoints[0], port: 1 }] as EndpointClaim[] }],
  ])('takes no certificate for %s', async (_, changes) => {
    const registration = await world.submitted();
    await world.attest(changes);
    await expect(follow(world.context, registration)).rejects.toMatchObject({
      problem: { code: 'gateway_answer_unexpected' },
    });
    expect((await new RegistrationStore(world.context.configDirectory).get(ID)).certificate).toBeNull();
  });

  it('keeps the old certificate when the service refuses the new one', async () => {
    const registration = await world.submitted();
    const old = await world.attest({ exp: NOW + 60, iat: NOW - 86_400 });
    world.script = acceptAll;
    const { registration: certified } = await follow(world.context, registration);
    await world.attest();
    world.script = ({ method, ...rest }, conversation) =>
      method === 'checkRegistration'
        ? { refusal: problem('signature_invalid'), statusListIssuedAt: null }
        : acceptAll({ method, ...rest }, conversation);
    expect(await follow(world.context, certified)).toMatchObject({
      registration: { certificate: old },
      delivery: { code: 'signature_invalid' },
    });
  });
});

describe('a lying gateway', () => {
  const liar = makeGateway();
  const certified = async () => {
    const registration = await world.submitted();
    const certificate = await world.attest({ exp: NOW + 60, iat: NOW - 86_400 });
    world.script = acceptAll;
    await follow(world.context, registration);
    return certificate;
  };

  it.each([
    ['a key set of another root', () => ({ key_set: issueKeySet(liar) })],
    [
      'a key set under the root’s name',
      () => ({ key_set: issueKeySet(world.signing, { signer: liar.root }) }),
    ],
    ['an expired key set', () => ({ key_set: issueKeySet(world.signing, { exp: NOW - 1 }) })],
    [
      'a key set for another origin',
      () => ({ key_set: issueKeySet(world.signing, { iss: 'https://a.test' }) }),
    ],
    ['a list of another status key', () => ({ status_list: issueStatusList(liar) })],
    ['something that is no list', () => ({ status_list: 'x'.repeat(100_000) })],
    ['a certificate that is none', () => ({ certificate: 'a.b.c' })],
    ['a certificate of a megabyte', () => ({ certificate: 'a'.repeat(1_000_000) })],
  ])('with %s changes nothing of what is there', async (_, others) => {
    const certificate = await certified();
    await world.attest({}, others());
    await expect(follow(world.context, await world.stored())).rejects.toMatchObject(unexpected);
    expect((await world.stored()).certificate).toBe(certificate);
  });

  it('with a certificate of another key changes nothing either, also while the service is away', async () => {
    const certificate = await certified();
    await world.attest({ signer: liar.certificateKey });
    world.context = { ...world.context, daemonSocket: '/nonexistent/sanadd.sock' };
    await expect(follow(world.context, await world.stored())).rejects.toMatchObject(unexpected);
    expect((await world.stored()).certificate).toBe(certificate);
  });

  it('cannot have a first certificate kept that is not genuine', async () => {
    const registration = await world.submitted();
    await world.attest({ signer: liar.certificateKey });
    await expect(follow(world.context, registration)).rejects.toMatchObject(unexpected);
    const genuine = await world.attest();
    world.script = acceptAll;
    expect((await follow(world.context, await world.stored())).registration.certificate).toBe(genuine);
  });

  it('that tells of other endpoints or of another case is not listened to', async () => {
    await certified();
    const before = await world.stored();
    for (const lie of [{ endpoints: [] }, { id: '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10' }]) {
      world.gateway.routes.set(`GET /v1/registration/${ID}`, (response) =>
        json(response, { ...viewOf('revoked'), ...lie }),
      );
      await expect(follow(world.context, before)).rejects.toMatchObject(unexpected);
      expect(await world.stored()).toEqual(before);
    }
  });

  it('cannot have the registration of another gateway overwritten by naming its identifier', async () => {
    await certified();
    const store = new RegistrationStore(world.context.configDirectory);
    await store.save({ ...(await world.stored()), origin: 'https://other.test' });
    const before = await world.stored();
    await expect(submit(world.context, world.application())).rejects.toMatchObject(unexpected);
    expect(await world.stored()).toEqual(before);
  });

  it('that names the same case again after a retry leaves it its certificate', async () => {
    const certificate = await certified();
    expect((await submit(world.context, world.application())).certificate).toBe(certificate);
    // The first answer, remembered by the gateway, is older than what was learned since.
    const learned = {
      ...(await world.stored()),
      view: { ...(await world.stored()).view, changed_at: NOW + 9 },
    };
    await new RegistrationStore(world.context.configDirectory).save(learned);
    expect(await submit(world.context, world.application())).toEqual(learned);
  });

  it('cannot have a certificate given up for one that the service does not take or could not see', async () => {
    const certificate = await certified();
    await world.attest();
    world.context = { ...world.context, daemonSocket: '/nonexistent/sanad/user/1000/sanadd.sock' };
    expect(await follow(world.context, await world.stored())).toMatchObject({
      registration: { certificate },
      delivery: { code: 'daemon_unreachable' },
    });
    expect((await world.stored()).certificate).toBe(certificate);
  });
});

describe('connecting', () => {
  const open = () => DaemonConnection.open({ path: world.context.daemonSocket, program: 'test' });
  const connectOffice = async (): Promise<unknown> => {
    const connection = await open();
    try {
      return await connect(world.context, connection, { name: 'office', onProgress: () => undefined });
    } finally {
      connection.close();
    }
  };
  const comeUp: Script = ({ id, method }, { send, sendStatus }) => {
    if (method === 'challenge') return { nonce: 'nonce-1', instance: 'instance-1' };
    send({ id, result: { attempt: 1 } });
    sendStatus({ kind: 'connecting', tunnel: 'office', stage: 'closing_firewall' });
    sendStatus({ kind: 'connected', tunnel: 'office', since: NOW, peers: [], registration: null });
    return undefined;
  };

  it('without a registration sends none and passes the refusal on', async () => {
    world.script = () => {
      throw new Refused(problem('unregistered'));
    };
    await expect(connectOffice()).rejects.toMatchObject({ problem: problem('unregistered') });
    expect(world.daemon.asked[0]?.parameters).not.toHaveProperty('certificate');
  });

  it('with a case that is not decided yet says where to look', async () => {
    await world.submitted();
    world.script = () => {
      throw new Refused(problem('unregistered'));
    };
    await expect(connectOffice()).rejects.toMatchObject({
      problem: {
        kind: 'registration',
        code: 'unregistered',
        nextAction: 'See where the registration stands: sanad registration show office',
      },
    });
  });

  it('sends a certificate and a proof that open the gate', async () => {
    const registration = await world.submitted();
    await world.attest();
    world.script = acceptAll;
    await follow(world.context, registration);
    world.script = comeUp;
    expect(await connectOffice()).toMatchObject({ kind: 'connected' });
    const sent = world.daemon.asked.at(-1)?.parameters as {
      readonly certificate: string;
      readonly deviceProof: string;
      readonly configuration: ConfigurationMessage;
    };
    const verification = verifyRegistration({
      certificate: sent.certificate,
      configuration: parseConfigurationMessage(sent.configuration),
      deviceProof: { text: sent.deviceProof, nonce: 'nonce-1', instance: 'instance-1' },
      ...groundsOf(world.signing),
    });
    expect(verification.kind).toBe('verified');
  });

  it('renews a certificate that nears its end on the way', async () => {
    const registration = await world.submitted();
    await world.attest({ iat: NOW - 86_400, exp: NOW + 60 });
    world.script = acceptAll;
    await follow(world.context, registration);
    const renewed = await world.attest();
    world.script = (asked, conversation) =>
      asked.method === 'challenge' || asked.method === 'connect'
        ? comeUp(asked, conversation)
        : acceptAll(asked, conversation);
    await connectOffice();
    expect(world.daemon.asked.at(-1)?.parameters).toMatchObject({ certificate: renewed });
  });

  it('asks for the certificate of a case that may have been decided meanwhile', async () => {
    await world.submitted();
    const certificate = await world.attest();
    world.script = (asked, conversation) =>
      asked.method === 'challenge' || asked.method === 'connect'
        ? comeUp(asked, conversation)
        : acceptAll(asked, conversation);
    await connectOffice();
    expect(world.daemon.asked.at(-1)?.parameters).toMatchObject({ certificate });
  });

  /** Refuses the first attempt, whatever is shown. */
  const refuseFirst = (code: string): Script => {
    let attempts = 0;
    return (asked, conversation) => {
      if (asked.method === 'connect') attempts += 1;
      if (asked.method === 'connect' && attempts === 1) throw new Refused(problem(code));
      if (asked.method === 'connect' || asked.method === 'challenge') return comeUp(asked, conversation);
      return asked.method === 'refresh' ? { fetched: [] } : acceptAll(asked, conversation);
    };
  };
  const certified = async () => {
    const registration = await world.submitted();
    const certificate = await world.attest();
    world.script = acceptAll;
    await follow(world.context, registration);
    world.daemon.asked.length = 0;
    return certificate;
  };

  it('while suspended asks for the newest status once more: it may have been reinstated', async () => {
    await certified();
    world.script = refuseFirst('registration_suspended');
    expect(await connectOffice()).toMatchObject({ kind: 'connected' });
    const asked = world.daemon.asked.map(({ method }) => method);
    expect(asked).toEqual(['challenge', 'connect', 'refresh', 'challenge', 'connect']);
  });

  it('with a certificate that was ended for a newer one, which got lost, fetches that', async () => {
    await certified();
    const newer = await world.attest();
    world.script = refuseFirst('registration_revoked');
    expect(await connectOffice()).toMatchObject({ kind: 'connected' });
    expect(world.daemon.asked.at(-1)?.parameters).toMatchObject({ certificate: newer });
  });

  it.each(['registration_suspended', 'registration_revoked'])('%s in earnest stays refused', async (code) => {
    const certificate = await certified();
    world.script = (asked, conversation) => {
      if (asked.method === 'connect') throw new Refused(problem(code));
      return asked.method === 'refresh' ? { fetched: [] } : acceptAll(asked, conversation);
    };
    await expect(connectOffice()).rejects.toMatchObject({ problem: { code } });
    expect((await world.stored()).certificate).toBe(certificate);
  });

  it('with the device key gone from the keychain is an error, never a new key', async () => {
    const registration = await world.submitted();
    await world.attest();
    world.script = acceptAll;
    await follow(world.context, registration);
    await world.context.keychain.delete('device-key');
    world.script = comeUp;
    await expect(connectOffice()).rejects.toMatchObject({
      problem: { kind: 'keychain', code: 'device_key_missing' },
    });
    expect(await world.context.keychain.get('device-key')).toBeUndefined();
  });
});

describe('the device key', () => {
  it('is made once, however many need it at the same time', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => deviceKeyOrNew(world.context)));
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1);
  });
});
