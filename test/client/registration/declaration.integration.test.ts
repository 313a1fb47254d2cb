import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import { DeclarationArchive } from '#client/archive/declaration-archive.ts';
import { keepDeclaration } from '#client/archive/keep.ts';
import type { ClientContext } from '#client/client-context.ts';
import { deviceKeyOrNew } from '#client/device/device-key.ts';
import { DeclarationStore } from '#client/registration/declaration-store.ts';
import { declare, declareAgain, takeBackDeclaration } from '#client/registration/declare.ts';
import { candidatesFor } from '#client/registration/read-certificate.ts';
import { allRegistered } from '#client/registration/registered.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import { statementOf } from '#client/registration/statement.ts';
import type { StoredTunnel } from '#client/tunnel/stored-tunnel.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { openDeclaration } from '#shared/registration/declaration.ts';
import { builtInPolicy, type Policy } from '#shared/registration/policy.ts';
import type { TunnelStateView } from '#shared/tunnel/tunnel-status.ts';
import { parseConf } from '#shared/wireguard/conf.ts';
import { acceptingDeclared } from '#test/shared/registration/declare.ts';
import { DAY, issueCertificate, makeGateway, NOW } from '#test/shared/registration/issue.ts';
import { judge } from '../judging-daemon.ts';
import { memoryKeychain } from '../memory-keychain.ts';
import { startScriptedDaemon, type ScriptedDaemon } from '../scripted-daemon.ts';
import { exampleConf } from '../tunnel/example-conf.ts';
import { endpoints, viewOf } from './test-client.ts';

const REFERENCE = 'PTA/VPN/2026/0417';
const decision = {
  authority: 'pk-pta',
  profile: 'pk-pta@1',
  route: 'A',
  category: 'company',
  decided_at: NOW - 5 * DAY,
};

let daemon: ScriptedDaemon;
let context: ClientContext;
let tunnel: StoredTunnel;
let secrets: Map<string, string>;
let policy: Policy;
let now: number;
let state: TunnelStateView;

beforeEach(async () => {
  [secrets, policy, now, state] = [new Map(), acceptingDeclared, NOW, { kind: 'disconnected' }];
  daemon = await startScriptedDaemon({
    greeting: ({ send, sendStatus }) => {
      send({ hello: { version: 1, program: 'scripted', instance: 'instance-1', access: 'use' } });
      sendStatus(state);
    },
    script: judge({ policy: () => policy, now: () => now }),
  });
  context = {
    configDirectory: mkdtempSync(join(tmpdir(), 'sanad-config-')),
    anchors: { directory: '/nowhere', ownerUid: 0 },
    daemonSocket: daemon.path,
    relaySocket: '/nowhere',
    keychain: memoryKeychain(secrets),
    program: 'test',
    now: () => now,
  };
  const parsed = parseConf(exampleConf);
  if (parsed.kind === 'rejected') throw new Error('the example is not one');
  tunnel = await new TunnelStore(context).add('office', parsed.configuration);
});
afterEach(async () => {
  await daemon.close();
  rmSync(context.configDirectory, { recursive: true });
});

const text = (): string => statementOf({ tunnel, decision }).join('\n');
const stated = (more: object = {}) => declare(context, { tunnel, decision, text: text(), ...more });
const opened = (declaration: string) => openDeclaration({ declaration, primitives: nodePrimitives }).claims;
const filesIn = (folder: string): string[] => {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  return found.filter((one) => one.isFile()).map(({ parentPath, name }) => join(parentPath, name));
};
const store = () => new DeclarationStore(context.configDirectory);

describe('a declaration', () => {
  it('is what the gate takes where the policy accepts it, for 90 days, under this computer’s key', async () => {
    const { declaration, claims, refusal } = await stated();
    expect(refusal).toBeNull();
    expect(opened(declaration.declaration)).toEqual(claims);
    const { keyId } = await deviceKeyOrNew(context);
    expect(claims).toMatchObject({ iat: NOW, nbf: NOW, exp: NOW + 90 * DAY, cnf: { jkt: keyId }, decision });
    expect(claims.endpoints).toEqual(endpoints);
    expect(claims.commitments).toBeUndefined();
  });

  it('says why the service does not take it, and is kept all the same', async () => {
    policy = builtInPolicy;
    const { refusal, declaration } = await stated();
    expect(refusal?.code).toBe('declaration_not_accepted');
    expect(await store().all()).toEqual([declaration]);
    await daemon.close();
    expect((await stated()).refusal?.code).toBe('daemon_unreachable');
    daemon = await startScriptedDaemon();
  });

  it('ends with the decision where that ends sooner', async () => {
    const valid_until = NOW + 10 * DAY;
    expect((await stated({ decision: { ...decision, valid_until } })).claims.exp).toBe(valid_until);
  });

  it.each([
    ['of tomorrow', { decided_at: NOW + 1 }, 'decision_in_future'],
    ['that is over', { valid_until: NOW }, 'decision_over'],
  ])('of a decision %s is not made, and what was stated before stays', async (_, change, code) => {
    const { declaration } = await stated();
    await expect(stated({ decision: { ...decision, ...change } })).rejects.toMatchObject({
      problem: { code },
    });
    expect(await store().all()).toEqual([declaration]);
  });

  it('keeps the words that were agreed to, and nothing personal, in a file of its person alone', async () => {
    const { declaration } = await stated({ reference: ` ${REFERENCE}\n` });
    const directory = join(context.configDirectory, 'declaration');
    expect(readdirSync(directory)).toEqual([`${declaration.id}.json`]);
    const file = join(directory, `${declaration.id}.json`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const written = readFileSync(file, 'utf8');
    expect(written).not.toContain(REFERENCE);
    expect(Buffer.from(declaration.declaration.split('.')[1] ?? '', 'base64url').toString()).not.toContain(
      REFERENCE,
    );
    expect(declaration.statement).toEqual({ text: text(), agreed_at: NOW });
  });

  it('commits to reference and evidence, which the keychain can open and nobody can guess', async () => {
    const evidence = createHash('sha256').update('the decision, scanned').digest();
    const evidenceSha256 = evidence.toString('base64url');
    const first = await stated({ reference: REFERENCE, evidenceSha256 });
    const kept = await store().secretsOf(first.declaration, context.keychain);
    expect(kept).toMatchObject({ reference: { text: REFERENCE }, evidence: { sha256: evidenceSha256 } });
    const over = (random = '', hidden: Uint8Array) =>
      createHash('sha256').update(Buffer.from(random, 'base64url')).update(hidden).digest('base64url');
    expect(first.claims.commitments).toEqual({
      reference: over(kept?.reference?.random, Buffer.from(REFERENCE)),
      evidence: over(kept?.evidence?.random, evidence),
    });
    expect(first.claims.commitments?.reference).not.toBe(
      createHash('sha256').update(REFERENCE).digest('base64url'),
    );
    const second = await stated({ reference: REFERENCE, evidenceSha256 });
    expect(second.claims.commitments?.reference).not.toBe(first.claims.commitments?.reference);
  });

  it('takes the place of the one before, as the same registration', async () => {
    const first = await stated({ reference: REFERENCE });
    now = NOW + DAY;
    const second = await stated();
    expect(await store().all()).toEqual([second.declaration]);
    expect(second.declaration.id).toBe(first.declaration.id);
    expect(second.claims.jti).not.toBe(first.claims.jti);
    // What opened the first goes with it.
    expect([...secrets.values()].join()).not.toContain(REFERENCE);
  });
});

describe('stating it again', () => {
  it('is the same for another 90 days, with the words that were agreed to then', async () => {
    const first = await stated({ reference: REFERENCE });
    now = NOW + 80 * DAY;
    const again = await declareAgain(context, { tunnel, text: 'Once more.' });
    expect(again.claims).toMatchObject({
      iat: now,
      exp: now + 90 * DAY,
      decision,
      commitments: first.claims.commitments,
    });
    expect(again.declaration.statement).toEqual({ text: 'Once more.', agreed_at: now });
    expect([...secrets.values()].join()).toContain(REFERENCE);
  });

  it('is not possible of nothing, nor about other servers', async () => {
    const again = () => declareAgain(context, { tunnel, text: 'x' });
    await expect(again()).rejects.toMatchObject({ problem: { code: 'declaration_unknown_here' } });
    await stated();
    const [peer] = tunnel.configuration.peers;
    if (peer === undefined) throw new Error('the example has a peer');
    const peers = [{ ...peer, endpoint: { ...peer.endpoint, port: 1 } }];
    const moved = { ...tunnel, configuration: { ...tunnel.configuration, peers } };
    await expect(declareAgain(context, { tunnel: moved, text: 'x' })).rejects.toMatchObject({
      problem: { code: 'declaration_other_servers' },
    });
  });

  it('goes to the tunnel that runs on it, and to no other', async () => {
    const { declaration } = await stated();
    const registration = {
      ...({
        issuer: 'urn:x',
        registration: declaration.id,
        assurance: 'declared',
        authority: 'pk-pta',
      } as const),
      ...{ expiresAt: NOW + 60, statusListIssuedAt: null },
    };
    state = { kind: 'connected', tunnel: 'office', since: NOW, peers: [], registration };
    const again = await declareAgain(context, { tunnel, text: text() });
    expect(again.handedTo).toBe('office');
    const handed = daemon.asked.findLast(({ method }) => method === 'replaceRegistration');
    expect(handed?.parameters['certificate']).toBe(again.declaration.declaration);
    state = { ...state, registration: { ...registration, registration: 'another' } };
    expect((await declareAgain(context, { tunnel, text: text() })).handedTo).toBeNull();
  });

  it('is never done by itself: nothing but stating writes a declaration', async () => {
    const { declaration } = await stated();
    now = NOW + 89 * DAY;
    await new RegistrationStore(context.configDirectory).certificateFor(tunnel);
    expect(await store().all()).toEqual([declaration]);
  });
});

describe('taking it back', () => {
  it('leaves nothing of it, in files or keychain', async () => {
    const { declaration } = await stated({ reference: REFERENCE });
    await takeBackDeclaration(context, declaration);
    expect(await store().all()).toEqual([]);
    expect([...secrets.keys()]).not.toContain(`declaration/${declaration.id}`);
    expect(await store().find('office')).toBeUndefined();
  });

  it('leaves nothing that was kept for reports either, and no report tells of it any more', async () => {
    const { declaration } = await stated();
    now = NOW + DAY;
    await declareAgain(context, { tunnel, text: text() });
    await takeBackDeclaration(context, declaration);
    const texts = filesIn(context.configDirectory).map((file) => readFileSync(file, 'utf8'));
    expect(texts.filter((content) => content.includes(declaration.id))).toEqual([]);
    expect(filesIn(context.configDirectory).filter((file) => file.includes(declaration.id))).toEqual([]);
    expect(await new DeclarationArchive(context.configDirectory).all()).toEqual([]);
  });

  it('is not undone by a report that another window makes meanwhile', async () => {
    const { declaration } = await stated();
    await takeBackDeclaration(context, declaration);
    await keepDeclaration(context.configDirectory, declaration);
    expect(await new DeclarationArchive(context.configDirectory).all()).toEqual([]);
  });

  it('with a locked keychain leaves it whole', async () => {
    const { declaration } = await stated();
    const locked = { ...context.keychain, delete: () => Promise.reject(new Error('locked')) };
    await expect(takeBackDeclaration({ ...context, keychain: locked }, declaration)).rejects.toThrow(
      'locked',
    );
    expect(await store().all()).toEqual([declaration]);
    expect(await new DeclarationArchive(context.configDirectory).all()).toHaveLength(1);
  });
});

describe('what is shown for a tunnel', () => {
  it('is a certificate rather than the person’s own word, even an older one', async () => {
    await stated();
    const registrations = new RegistrationStore(context.configDirectory);
    const own = await registrations.certificateFor(tunnel);
    expect(own).toBe((await store().all())[0]?.declaration);
    const { keyId: kid, publicJwk, privateKey } = await deviceKeyOrNew(context);
    const key = { kid, publicJwk, privateKey };
    const certificate = issueCertificate(makeGateway(), key, endpoints, { iat: NOW - 9 * DAY });
    await registrations.save({
      ...{ version: 1, gateway: 'test', origin: 'https://gateway.test', tunnel: 'office', device: kid },
      view: {
        ...viewOf('attested'),
        state: 'attested',
        amends: null,
        amended_by: null,
        fields: {},
        thread: [],
        documents: [],
      },
      certificate,
    });
    expect(await registrations.certificateFor(tunnel)).toBe(certificate);
    const all = candidatesFor(tunnel, await allRegistered(context.configDirectory));
    expect(all.map(({ kind }) => kind)).toEqual(['certificate', 'declaration']);
  });

  it('is nothing that was stated about other servers', async () => {
    await stated();
    const [peer] = tunnel.configuration.peers;
    if (peer === undefined) throw new Error('the example has a peer');
    const peers = [{ ...peer, endpoint: { ...peer.endpoint, host: 'other.example' } }];
    const other = { ...tunnel, name: 'other', configuration: { ...tunnel.configuration, peers } };
    expect(candidatesFor(other, await allRegistered(context.configDirectory))).toEqual([]);
  });
});
