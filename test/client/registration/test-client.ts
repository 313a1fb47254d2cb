import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { ClientContext } from '#client/client-context.ts';
import { deviceKeyOrNew } from '#client/device/device-key.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import { submit, type Application } from '#client/registration/submit.ts';
import type { StoredTunnel } from '#client/tunnel/stored-tunnel.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import type { TunnelStateView } from '#shared/tunnel/tunnel-status.ts';
import { parseConf } from '#shared/wireguard/conf.ts';
import {
  issueCertificate,
  issueKeySet,
  issueStatusList,
  makeGateway,
  NOW,
  type CertificateChanges,
  type TestGateway,
  type TestKey,
} from '#test/shared/registration/issue.ts';
import {
  json,
  startScriptedGateway,
  type Respond,
  type ScriptedGateway,
} from '../gateway/scripted-gateway.ts';
import { memoryKeychain } from '../memory-keychain.ts';
import { startScriptedDaemon, type Script, type ScriptedDaemon } from '../scripted-daemon.ts';
import { exampleConf, PUBLIC_KEY } from '../tunnel/example-conf.ts';

export const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
export const endpoints = [{ public_key: PUBLIC_KEY, host: 'vpn.example', port: 51_820 }];
/** A gateway's lie, found out: nothing of the answer is taken. */
export const unexpected = { problem: { kind: 'gateway', code: 'gateway_answer_unexpected' } };

export const viewOf = (state: string) => ({
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

/** A service that takes what it is given. */
export const acceptAll: Script = ({ method }) => {
  if (method === 'checkRegistration') return { refusal: null, statusListIssuedAt: NOW };
  return method === 'challenge' ? { nonce: 'nonce-1', instance: 'instance-1' } : {};
};

/** The tunnel is up on a certificate of that registration. */
export const connectedOn = (registration: string, tunnel = 'office'): TunnelStateView => ({
  kind: 'connected',
  tunnel,
  since: NOW,
  peers: [],
  registration: {
    ...{ issuer: 'https://gateway.test', registration, assurance: 'attested', authority: 'pk-pta' },
    ...{ expiresAt: NOW + 60, statusListIssuedAt: NOW },
  },
});

export interface TestClient {
  readonly gateway: ScriptedGateway;
  /** The gateway's keys. */
  readonly signing: TestGateway;
  readonly daemon: ScriptedDaemon;
  /** What the service says; a test changes it. */
  script: Script;
  /** What it says that it is doing. */
  state: TunnelStateView;
  context: ClientContext;
  readonly tunnel: StoredTunnel;
  application(): Application;
  /** From here on the gateway answers so. */
  answer(route: string, respond: Respond): void;
  answerJson(route: string, value: unknown): void;
  submitted(): Promise<StoredRegistration>;
  /** The case is attested, and its certificate is this one. */
  attest(changes?: CertificateChanges, others?: object): Promise<string>;
  stored(id?: string): Promise<StoredRegistration>;
}

interface Parts {
  gateway?: ScriptedGateway;
  signing?: TestGateway;
  daemon?: ScriptedDaemon;
  context?: ClientContext;
  tunnel?: StoredTunnel;
}

const NO_SERVICE = 'nothing was started yet';
function started<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error(NO_SERVICE);
  return part;
}

/** A person's client between a scripted gateway and a scripted service, made anew for each test of the file. */
export function useTestClient(): TestClient {
  const parts: Parts = {};
  const world: TestClient = {
    get gateway() {
      return started(parts.gateway);
    },
    get signing() {
      return started(parts.signing);
    },
    get daemon() {
      return started(parts.daemon);
    },
    get context() {
      return started(parts.context);
    },
    set context(context) {
      parts.context = context;
    },
    get tunnel() {
      return started(parts.tunnel);
    },
    script: () => ({}),
    state: { kind: 'disconnected' },
    application: () => ({
      tunnel: world.tunnel,
      anchor: world.gateway.anchor,
      profile: 'pk-pta@1',
      route: 'B',
      category: 'freelancer',
      fields: { mobile_number: '03001234567' },
    }),
    answer: (route, respond) => void world.gateway.routes.set(route, respond),
    answerJson: (route, value) => world.answer(route, (response) => json(response, value)),
    submitted: async () => {
      world.answerJson('POST /v1/registration', viewOf('submitted'));
      return await submit(world.context, world.application());
    },
    attest: async (changes = {}, others = {}) => {
      const certificate = issueCertificate(world.signing, await deviceOf(world.context), endpoints, {
        sub: ID,
        ...changes,
      });
      world.answerJson(`GET /v1/registration/${ID}`, viewOf('attested'));
      world.answerJson(`POST /v1/registration/${ID}/certificate`, {
        ...{ certificate, status_list: issueStatusList(world.signing), key_set: issueKeySet(world.signing) },
        ...others,
      });
      return certificate;
    },
    stored: (id = ID) => new RegistrationStore(world.context.configDirectory).get(id),
  };
  prepare(world, parts);
  return world;
}

function prepare(world: TestClient, parts: Parts): void {
  beforeAll(async () => {
    const gateway = await startScriptedGateway();
    parts.gateway = gateway;
    parts.signing = makeGateway(gateway.anchor.origin);
    gateway.fetcher.installAnchor({ ...gateway.anchor, root_keys: parts.signing.anchor.root_keys });
  });
  afterAll(async () => await world.gateway.close());
  beforeEach(async () => {
    world.gateway.requests.length = 0;
    world.gateway.routes.clear();
    world.script = () => ({});
    world.state = { kind: 'disconnected' };
    parts.daemon = await startScriptedDaemon({
      greeting: ({ send, sendStatus }) => {
        send({ hello: { version: 1, program: 'scripted', instance: 'instance-1', access: 'use' } });
        sendStatus(world.state);
      },
      script: (asked, conversation) => world.script(asked, conversation),
    });
    parts.context = contextOf(world.gateway, world.daemon);
    const parsed = parseConf(exampleConf);
    if (parsed.kind === 'rejected') throw new Error('the example is not one');
    parts.tunnel = await new TunnelStore(world.context).add('office', parsed.configuration);
  });
  afterEach(async () => {
    await world.daemon.close();
    rmSync(world.context.configDirectory, { recursive: true });
  });
}

function contextOf({ fetcher }: ScriptedGateway, { path }: ScriptedDaemon): ClientContext {
  return {
    configDirectory: mkdtempSync(join(tmpdir(), 'sanad-config-')),
    anchors: { directory: fetcher.anchorDirectory, ownerUid: process.getuid?.() ?? 0 },
    daemonSocket: path,
    relaySocket: fetcher.relaySocket,
    keychain: memoryKeychain(),
    program: 'test',
    now: () => NOW,
  };
}

async function deviceOf(context: ClientContext): Promise<TestKey> {
  const { keyId, publicJwk, privateKey } = await deviceKeyOrNew(context);
  return { kid: keyId, publicJwk, privateKey };
}
