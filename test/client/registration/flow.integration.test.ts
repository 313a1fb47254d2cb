import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClientContext } from '#client/client-context.ts';
import { deviceKeyOrNew } from '#client/device/device-key.ts';
import { follow } from '#client/registration/follow.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import { consentText, submit, type Application } from '#client/registration/submit.ts';
import { connect } from '#client/tunnel/connect.ts';
import type { StoredTunnel } from '#client/tunnel/stored-tunnel.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { DaemonConnection } from '#client/daemon/daemon-connection.ts';
import type { EndpointClaim, Submission } from '#shared/contract/gateway-contract.ts';
import { builtInPolicy } from '#shared/registration/policy.ts';
import { verifyRegistration } from '#shared/registration/verify-registration.ts';
import { parseConf } from '#shared/wireguard/conf.ts';
import { parseConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import type { ConfigurationMessage } from '#shared/wireguard/configuration-message.ts';
import { nodePrimitives } from '#client/node-primitives.ts';
import {
  acceptedKeySet,
  acceptedStatusList,
  clockAt,
  issueCertificate,
  issueKeySet,
  issueStatusList,
  makeGateway,
  NOW,
  type CertificateChanges,
  type TestGateway,
  type TestKey,
} from '#test/shared/registration/issue.ts';
import { json, startScriptedGateway, type ScriptedGateway } from '../gateway/scripted-gateway.ts';
import { memoryKeychain } from '../memory-keychain.ts';
import {
  problem,
  Refused,
  startScriptedDaemon,
  type Script,
  type ScriptedDaemon,
} from '../scripted-daemon.ts';
import { exampleConf, PUBLIC_KEY } from '../tunnel/example-conf.ts';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const endpoints = [{ public_key: PUBLIC_KEY, host: 'vpn.example', port: 51820 }];
const viewOf = (state: string) => ({
  id: ID,
  state,
  profile: 'pk-pta@1',
  route: 'B',
  category: 'freelancer',
  endpoints,
  note: null,
  submitted_at: NOW,
  changed_at: NOW,
});

let gateway: ScriptedGateway;
let daemon: ScriptedDaemon;
let script: Script;
let context: ClientContext;
let tunnel: StoredTunnel;
let signing: TestGateway;

beforeAll(async () => {
  gateway = await startScriptedGateway();
  signing = makeGateway(gateway.anchor.origin);
  gateway.fetcher.installAnchor({ ...gateway.anchor, root_keys: signing.anchor.root_keys });
});
afterAll(async () => await gateway.close());

beforeEach(async () => {
  gateway.requests.length = 0;
  gateway.routes.clear();
  script = () => ({});
  daemon = await startScriptedDaemon({ script: (asked, conversation) => script(asked, conversation) });
  context = {
    configDirectory: mkdtempSync(join(tmpdir(), 'sanad-config-')),
    anchors: { directory: gateway.fetcher.anchorDirectory, ownerUid: process.getuid?.() ?? 0 },
    daemonSocket: daemon.path,
    relaySocket: gateway.fetcher.relaySocket,
    keychain: memoryKeychain(),
    program: 'test',
    now: () => NOW,
  };
  const parsed = parseConf(exampleConf);
  if (parsed.kind === 'rejected') throw new Error('the example is not one');
  tunnel = await new TunnelStore(context).add('office', parsed.configuration);
});
afterEach(async () => {
  await daemon.close();
  rmSync(context.configDirectory, { recursive: true });
});

const application = (): Application => ({
  tunnel,
  anchor: gateway.anchor,
  profile: 'pk-pta@1',
  route: 'B',
  category: 'freelancer',
  fields: { mobile_number: '03001234567' },
});

const acceptSubmission = (): void => {
  gateway.routes.set('POST /v1/registration', (response) => json(response, viewOf('submitted'), 201));
};

const device = async (): Promise<TestKey> => {
  const { keyId, publicJwk, privateKey } = await deviceKeyOrNew(context);
  return { kid: keyId, publicJwk, privateKey };
};

const delivered = (certificate: string) => ({
  certificate,
  status_list: issueStatusList(signing),
  key_set: issueKeySet(signing),
});

async function attest(changes: CertificateChanges = {}, others: object = {}): Promise<string> {
  const certificate = issueCertificate(signing, await device(), endpoints, { sub: ID, ...changes });
  gateway.routes.set(`GET /v1/registration/${ID}`, (response) => json(response, viewOf('attested')));
  gateway.routes.set(`POST /v1/registration/${ID}/certificate`, (response) =>
    json(response, { ...delivered(certificate), ...others }),
  );
  return certificate;
}

/** What the real gate needs besides certificate and proof. */
function groundsOf(gateway: TestGateway) {
  const list = acceptedStatusList(gateway);
  return {
    keySets: [acceptedKeySet(gateway)],
    statusLists: new Map([[list.uri, list]]),
    policy: builtInPolicy,
    clock: clockAt(NOW),
    primitives: nodePrimitives,
  };
}

/** A service that takes what it is given. */
const acceptAll: Script = ({ method }) =>
  method === 'checkRegistration' ? { refusal: null, statusListIssuedAt: NOW } : {};

describe('submitting', () => {
  it('sends what was consented to, and nothing of the tunnel but its endpoints', async () => {
    acceptSubmission();
    const registration = await submit(context, application());
    expect(registration.view.state).toBe('submitted');
    const sent = JSON.parse(gateway.requests[0]?.body ?? '') as Submission;
    expect(Object.keys(sent).toSorted()).toEqual(
      ['category', 'consent', 'device', 'endpoints', 'fields', 'profile', 'route'].toSorted(),
    );
    expect(sent.endpoints).toEqual(endpoints);
    expect(sent.consent).toEqual({ text: consentText(gateway.anchor), given_at: NOW });
  });

  it('again after a lost answer is the same submission', async () => {
    gateway.routes.set('POST /v1/registration', (response) => void response.destroy());
    await expect(submit(context, application())).rejects.toMatchObject({ problem: { kind: 'gateway' } });
    acceptSubmission();
    context = { ...context, now: () => NOW + 100 };
    await submit(context, application());
    const [first, second] = gateway.requests;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    expect(second?.headers['signature-input']).not.toBe(first?.headers['signature-input']);
    expect(readdirSync(join(context.configDirectory, 'registration-draft'))).toEqual([]);
  });

  it('to a gateway that answers with other endpoints is an error and keeps nothing', async () => {
    gateway.routes.set('POST /v1/registration', (response) =>
      json(response, { ...viewOf('submitted'), endpoints: [] }, 201),
    );
    await expect(submit(context, application())).rejects.toMatchObject({
      problem: { code: 'gateway_answer_unexpected' },
    });
    expect(await new RegistrationStore(context.configDirectory).all()).toEqual([]);
  });
});

describe('following', () => {
  const submitted = async () => {
    acceptSubmission();
    return await submit(context, application());
  };

  it('fetches the certificate once attested and hands its proofs to the service', async () => {
    const registration = await submitted();
    const certificate = await attest();
    script = acceptAll;
    const followed = await follow(context, registration);
    expect(followed).toMatchObject({ registration: { certificate }, delivery: null });
    expect(daemon.asked.map(({ method, parameters }) => [method, parameters])).toEqual([
      ['deliver', { keySet: issueKeySet(signing) }],
      ['deliver', { statusList: issueStatusList(signing) }],
      ['checkRegistration', expect.objectContaining({ certificate }) as unknown],
    ]);
    const stored = readFileSync(join(context.configDirectory, 'registration', `${ID}.json`), 'utf8');
    expect(stored).toContain(certificate);
  });

  it('asks for no new certificate while the one at hand is young', async () => {
    const registration = await submitted();
    await attest();
    script = acceptAll;
    const { registration: certified } = await follow(context, registration);
    gateway.requests.length = 0;
    await follow(context, certified);
    expect(gateway.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  it('takes it well that the service knows something newer', async () => {
    const registration = await submitted();
    await attest();
    script = ({ method, ...rest }, conversation) => {
      if (method === 'deliver') throw new Refused(problem('status_list_older'));
      return acceptAll({ method, ...rest }, conversation);
    };
    expect((await follow(context, registration)).delivery).toBeNull();
  });

  it('without a service still keeps the certificate, and says so', async () => {
    const registration = await submitted();
    const certificate = await attest();
    context = { ...context, daemonSocket: '/nonexistent/sanad/user/1000/sanadd.sock' };
    expect(await follow(context, registration)).toMatchObject({
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
    const registration = await submitted();
    await attest(changes);
    await expect(follow(context, registration)).rejects.toMatchObject({
      problem: { code: 'gateway_answer_unexpected' },
    });
    expect((await new RegistrationStore(context.configDirectory).get(ID)).certificate).toBeNull();
  });

  it('keeps the old certificate when the service refuses the new one', async () => {
    const registration = await submitted();
    const old = await attest({ exp: NOW + 60, iat: NOW - 86_400 });
    script = acceptAll;
    const { registration: certified } = await follow(context, registration);
    await attest();
    script = ({ method, ...rest }, conversation) =>
      method === 'checkRegistration'
        ? { refusal: problem('signature_invalid'), statusListIssuedAt: null }
        : acceptAll({ method, ...rest }, conversation);
    expect(await follow(context, certified)).toMatchObject({
      registration: { certificate: old },
      delivery: { code: 'signature_invalid' },
    });
  });
});

describe('a lying gateway', () => {
  const liar = makeGateway();
  const certified = async () => {
    acceptSubmission();
    const registration = await submit(context, application());
    const certificate = await attest({ exp: NOW + 60, iat: NOW - 86_400 });
    script = acceptAll;
    await follow(context, registration);
    return certificate;
  };
  const stored = () => new RegistrationStore(context.configDirectory).get(ID);
  const unexpected = { problem: { kind: 'gateway', code: 'gateway_answer_unexpected' } };

  it.each([
    ['a key set of another root', () => ({ key_set: issueKeySet(liar) })],
    ['a key set under the root’s name', () => ({ key_set: issueKeySet(signing, { signer: liar.root }) })],
    ['an expired key set', () => ({ key_set: issueKeySet(signing, { exp: NOW - 1 }) })],
    ['a key set for another origin', () => ({ key_set: issueKeySet(signing, { iss: 'https://a.test' }) })],
    ['a list of another status key', () => ({ status_list: issueStatusList(liar) })],
    ['something that is no list', () => ({ status_list: 'x'.repeat(100_000) })],
    ['a certificate that is none', () => ({ certificate: 'a.b.c' })],
    ['a certificate of a megabyte', () => ({ certificate: 'a'.repeat(1_000_000) })],
  ])('with %s changes nothing of what is there', async (_, others) => {
    const certificate = await certified();
    await attest({}, others());
    await expect(follow(context, await stored())).rejects.toMatchObject(unexpected);
    expect((await stored()).certificate).toBe(certificate);
  });

  it('with a certificate of another key changes nothing either, also while the service is away', async () => {
    const certificate = await certified();
    await attest({ signer: liar.certificateKey });
    context = { ...context, daemonSocket: '/nonexistent/sanadd.sock' };
    await expect(follow(context, await stored())).rejects.toMatchObject(unexpected);
    expect((await stored()).certificate).toBe(certificate);
  });

  it('cannot have a first certificate kept that is not genuine', async () => {
    acceptSubmission();
    const registration = await submit(context, application());
    await attest({ signer: liar.certificateKey });
    await expect(follow(context, registration)).rejects.toMatchObject(unexpected);
    const genuine = await attest();
    script = acceptAll;
    expect((await follow(context, await stored())).registration.certificate).toBe(genuine);
  });

  it('that tells of other endpoints or of another case is not listened to', async () => {
    await certified();
    const before = await stored();
    for (const lie of [{ endpoints: [] }, { id: '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10' }]) {
      gateway.routes.set(`GET /v1/registration/${ID}`, (response) =>
        json(response, { ...viewOf('revoked'), ...lie }),
      );
      await expect(follow(context, before)).rejects.toMatchObject(unexpected);
      expect(await stored()).toEqual(before);
    }
  });

  it('cannot have the registration of another gateway overwritten by naming its identifier', async () => {
    await certified();
    const store = new RegistrationStore(context.configDirectory);
    await store.save({ ...(await stored()), origin: 'https://other.test' });
    const before = await stored();
    await expect(submit(context, application())).rejects.toMatchObject(unexpected);
    expect(await stored()).toEqual(before);
  });

  it('that names the same case again after a retry leaves it its certificate', async () => {
    const certificate = await certified();
    expect((await submit(context, application())).certificate).toBe(certificate);
  });

  it('cannot have a certificate given up for one that the service does not take or could not see', async () => {
    const certificate = await certified();
    await attest();
    context = { ...context, daemonSocket: '/nonexistent/sanad/user/1000/sanadd.sock' };
    expect(await follow(context, await stored())).toMatchObject({
      registration: { certificate },
      delivery: { code: 'daemon_unreachable' },
    });
    expect((await stored()).certificate).toBe(certificate);
  });
});

describe('connecting', () => {
  const open = () => DaemonConnection.open({ path: context.daemonSocket, program: 'test' });
  const connectOffice = async (): Promise<unknown> => {
    const connection = await open();
    try {
      return await connect(context, connection, { name: 'office', onProgress: () => undefined });
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
    script = () => {
      throw new Refused(problem('unregistered'));
    };
    await expect(connectOffice()).rejects.toMatchObject({ problem: problem('unregistered') });
    expect(daemon.asked[0]?.parameters).not.toHaveProperty('certificate');
  });

  it('with a case that is not decided yet says where to look', async () => {
    acceptSubmission();
    await submit(context, application());
    script = () => {
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
    acceptSubmission();
    const registration = await submit(context, application());
    await attest();
    script = acceptAll;
    await follow(context, registration);
    script = comeUp;
    expect(await connectOffice()).toMatchObject({ kind: 'connected' });
    const sent = daemon.asked.at(-1)?.parameters as {
      readonly certificate: string;
      readonly deviceProof: string;
      readonly configuration: ConfigurationMessage;
    };
    const verification = verifyRegistration({
      certificate: sent.certificate,
      configuration: parseConfigurationMessage(sent.configuration),
      deviceProof: { text: sent.deviceProof, nonce: 'nonce-1', instance: 'instance-1' },
      ...groundsOf(signing),
    });
    expect(verification.kind).toBe('verified');
  });

  it('renews a certificate that nears its end on the way', async () => {
    acceptSubmission();
    const registration = await submit(context, application());
    await attest({ iat: NOW - 86_400, exp: NOW + 60 });
    script = acceptAll;
    await follow(context, registration);
    const renewed = await attest();
    script = (asked, conversation) =>
      asked.method === 'challenge' || asked.method === 'connect'
        ? comeUp(asked, conversation)
        : acceptAll(asked, conversation);
    await connectOffice();
    expect(daemon.asked.at(-1)?.parameters).toMatchObject({ certificate: renewed });
  });

  it('with the device key gone from the keychain is an error, never a new key', async () => {
    acceptSubmission();
    const registration = await submit(context, application());
    await attest();
    script = acceptAll;
    await follow(context, registration);
    await context.keychain.delete('device-key');
    script = comeUp;
    await expect(connectOffice()).rejects.toMatchObject({
      problem: { kind: 'keychain', code: 'device_key_missing' },
    });
    expect(await context.keychain.get('device-key')).toBeUndefined();
  });
});

describe('the device key', () => {
  it('is made once, however many need it at the same time', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => deviceKeyOrNew(context)));
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1);
  });
});
