import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyFile, type SigningKey } from '#gateway/key/key-file.ts';
import { nodePrimitives } from '#gateway/key/node-primitives.ts';
import { signJws } from '#gateway/key/sign-jws.ts';
import { CheckpointSigner } from '#gateway/issuer/checkpoint-signer.ts';
import type { IssuerConfiguration } from '#gateway/issuer/configuration.ts';
import { Issuer } from '#gateway/issuer/issuer.ts';
import { STATEMENT_TYPE } from '#gateway/issuer/statement.ts';
import { StatusListSigner } from '#gateway/issuer/status-list-signer.ts';
import { IssuerStore } from '#gateway/issuer/store.ts';
import type { Attestation } from '#shared/contract/gateway-contract.ts';
import { readCertificate } from '#shared/registration/certificate.ts';
import { openPayload } from '#shared/registration/compact-jws.ts';
import { publicKeyBytes } from '#shared/registration/thumbprint.ts';

const ORIGIN = 'https://gateway.example';
const REGISTRATION = '0f8fad5b-d9cb-469f-a165-70867728950e';
const DEVICE = 'd'.repeat(43);
const START = 1_800_000_000;

let directory: string;
let reviewer: SigningKey;
let stranger: SigningKey;
let statusKey: SigningKey;
let certificateKey: SigningKey;
let store: IssuerStore;
let time: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sanad-issuer-'));
  const key = (name: string) => createKeyFile(join(directory, `${name}.key.json`));
  [reviewer, stranger, statusKey, certificateKey] = [key('r'), key('x'), key('s'), key('c')];
  store = new IssuerStore(join(directory, 'issuer.db'));
  time = START;
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

const now = () => time;
const sleep = () => {
  time++;
  return Promise.resolve();
};

function issuer(ttlSeconds = 900): Issuer {
  const configuration: IssuerConfiguration = {
    ver: 1,
    origin: ORIGIN,
    status_list_uri: `${ORIGIN}/v1/status-list/1`,
    certificate_seconds: 30 * 86_400,
    assurances: ['attested'],
    reviewers: [{ name: 'reviewer', key: reviewer.publicJwk }],
  };
  const statusList = new StatusListSigner({ configuration, store, now, statusKey, ttlSeconds, sleep });
  const checkpoints = new CheckpointSigner({ configuration, statusKey, store, now });
  const backupFile = join(directory, 'issuer.db.copy');
  return new Issuer({ configuration, store, now, certificateKey, statusList, checkpoints, backupFile });
}

const attestation: Attestation = {
  ver: 1,
  iss: ORIGIN,
  sub: REGISTRATION,
  iat: START,
  action: 'attest',
  endpoints: [
    { public_key: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', host: 'vpn.example', port: 51_820 },
  ],
  devices: [DEVICE],
  decision: {
    authority: 'pk-pta',
    profile: 'pk-pta@1',
    route: 'B',
    category: 'freelancer',
    decided_at: START - 86_400,
  },
  assurance: 'attested',
};

function statement(
  changes: Partial<Attestation> = {},
  key = reviewer,
  typ = STATEMENT_TYPE,
): Promise<string> {
  return signJws({ typ, claims: { ...attestation, ...changes }, key });
}

/** What a gateway does: shows the attestation when it is taken, asks for certificates later. */
async function certify(text: string, by = issuer()) {
  await by.attest({ statement: text });
  return await by.issueCertificate({ statement: text, device: DEVICE });
}

const revocation = () => statement({ action: 'revoke', note: 'withdrawn' });
const refusal = (code: string) => ({ problem: { code } });

describe('issuer', () => {
  it('signs a certificate that says what the reviewer attested, for 30 days', async () => {
    const issued = await certify(await statement());
    const key = publicKeyBytes(certificateKey.publicJwk);
    if (key === undefined) throw new Error('a generated key has 32 bytes');
    const claims = openPayload(readCertificate(issued.certificate), key, nodePrimitives);
    expect(claims).toMatchObject({
      iss: ORIGIN,
      sub: REGISTRATION,
      cnf: { jkt: DEVICE },
      endpoints: attestation.endpoints,
      decision: attestation.decision,
      exp: START + 30 * 86_400,
      status: { status_list: { idx: issued.index } },
    });
  });

  it('lets no certificate outlive a decision whose end the authority published', async () => {
    const decision = { ...attestation.decision, valid_until: START + 60 } as Attestation['decision'];
    const issued = await certify(await statement({ decision }));
    expect(issued.expiresAt).toBe(START + 60);
    time += 60;
    await expect(
      issuer().issueCertificate({ statement: await statement({ decision }), device: DEVICE }),
    ).rejects.toMatchObject(refusal('decision_lapsed'));
  });

  it('gives every certificate an index of its own', async () => {
    const texts = await Promise.all(
      Array.from({ length: 50 }, () => statement({ sub: crypto.randomUUID() })),
    );
    const issued = await Promise.all(texts.map((text) => certify(text)));
    expect(new Set(issued.map(({ index }) => index)).size).toBe(50);
  });

  it('gives the same certificate until half its life has passed, so that nobody uses up the list', async () => {
    const text = await statement();
    const first = await certify(text);
    const ask = () => issuer().issueCertificate({ statement: text, device: DEVICE });
    const again = await Promise.all(Array.from({ length: 20 }, ask));
    expect(new Set([first, ...again].map(({ certificate }) => certificate)).size).toBe(1);
    time += 15 * 86_400;
    const renewed = await ask();
    expect(renewed.index).not.toBe(first.index);
    expect(renewed.expiresAt).toBe(time + 30 * 86_400);
    expect(await ask()).toEqual(renewed);
  });

  it('gives no certificate of tomorrow when a wrong clock is set right', async () => {
    const text = await statement();
    await issuer().attest({ statement: text });
    time += 5 * 86_400;
    const early = await issuer().issueCertificate({ statement: text, device: DEVICE });
    time = START;
    const issued = await issuer().issueCertificate({ statement: text, device: DEVICE });
    expect(issued).toMatchObject({ issuedAt: START });
    expect(issued.index).not.toBe(early.index);
  });

  it.each([
    ['a stranger’s statement', 'statement_reviewer_unknown', () => statement({}, stranger)],
    [
      'a stranger’s statement under a reviewer’s name',
      'statement_signature_invalid',
      () => statement({}, { ...stranger, kid: reviewer.kid }),
    ],
    [
      'another gateway’s statement',
      'statement_issuer_differs',
      () => statement({ iss: 'https://x.example' }),
    ],
    ['a rejection', 'statement_action_differs', () => statement({ action: 'reject' })],
    [
      'a statement without endpoints',
      'statement_incomplete',
      () => statement({ endpoints: undefined as never }),
    ],
    ['other devices', 'device_not_attested', () => statement({ devices: ['e'.repeat(43)] })],
    ['an assurance it does not give', 'assurance_not_offered', () => statement({ assurance: 'exempt' })],
    ['an empty list of endpoints', 'certificate_not_issuable', () => statement({ endpoints: [] })],
    ['a statement from the future', 'statement_malformed', () => statement({ iat: START + 301 })],
    ['another type of token', 'statement_malformed', () => statement({}, reviewer, 'vpn-registration+jwt')],
    ['something that is no token', 'statement_malformed', () => Promise.resolve('nonsense')],
    [
      'claims it does not know',
      'statement_malformed',
      () => statement({ surprise: true } as Partial<Attestation>),
    ],
  ])('refuses %s', async (_name, code, make) => {
    await expect(certify(await make())).rejects.toMatchObject(refusal(code));
    await expect(
      issuer().issueCertificate({ statement: await make(), device: DEVICE }),
    ).rejects.toHaveProperty('problem');
  });

  it('refuses a statement with one changed character', async () => {
    const [header = '', payload = '', signature = ''] = (await statement()).split('.');
    const changed = Buffer.from(payload, 'base64url').toString().replace('vpn.example', 'vpn.exampla');
    const tampered = [header, Buffer.from(changed).toString('base64url'), signature].join('.');
    await expect(certify(tampered)).rejects.toMatchObject(refusal('statement_signature_invalid'));
  });

  it('never issues again for a revoked registration, not even after a restart', async () => {
    await certify(await statement());
    expect(await issuer().revoke({ statement: await revocation() })).toEqual({ revoked: 1 });
    store.close();
    store = new IssuerStore(join(directory, 'issuer.db'));
    await expect(certify(await statement())).rejects.toMatchObject(refusal('registration_revoked'));
    await expect(
      issuer().issueCertificate({ statement: await statement(), device: DEVICE }),
    ).rejects.toMatchObject(refusal('registration_revoked'));
  });

  it('may be told twice of a revocation', async () => {
    await certify(await statement());
    await issuer().revoke({ statement: await revocation() });
    expect(await issuer().revoke({ statement: await revocation() })).toEqual({ revoked: 0 });
  });

  it('does not take an attestation for a revocation', async () => {
    await expect(issuer().revoke({ statement: await statement() })).rejects.toMatchObject(
      refusal('statement_action_differs'),
    );
  });
});

describe('a gateway’s front end in foreign hands', () => {
  const ask = (text: string) => issuer().issueCertificate({ statement: text, device: DEVICE });

  it('gets no certificate for an attestation that the issuer was not shown when it was signed', async () => {
    await expect(ask(await statement())).rejects.toMatchObject(refusal('attestation_not_noted'));
  });

  it('cannot keep an attestation back and use it later', async () => {
    const keptBack = await statement();
    time += 601;
    await expect(certify(keptBack)).rejects.toMatchObject(refusal('statement_stale'));
  });

  it('cannot go back to an attestation that a later one has replaced', async () => {
    const earlier = await statement();
    await certify(earlier);
    time += 10;
    await certify(await statement({ iat: time }));
    await expect(ask(earlier)).rejects.toMatchObject(refusal('attestation_not_noted'));
    await expect(certify(earlier)).rejects.toMatchObject(refusal('statement_superseded'));
  });

  it('cannot use an attestation after a rejection', async () => {
    const keptBack = await statement();
    await issuer().revoke({ statement: await statement({ action: 'reject', note: 'no' }) });
    await expect(certify(keptBack)).rejects.toMatchObject(refusal('registration_revoked'));
  });

  it('cannot revive a revoked registration with a new attestation either', async () => {
    await certify(await statement());
    await issuer().revoke({ statement: await revocation() });
    time += 1;
    await expect(certify(await statement({ iat: time }))).rejects.toMatchObject(
      refusal('registration_revoked'),
    );
  });

  it('cannot move a statement to another case, device or set of endpoints', async () => {
    const text = await statement();
    await issuer().attest({ statement: text });
    await expect(
      issuer().issueCertificate({ statement: text, device: 'e'.repeat(43) }),
    ).rejects.toMatchObject(refusal('device_not_attested'));
    await expect(ask(await statement({ sub: crypto.randomUUID() }))).rejects.toMatchObject(
      refusal('attestation_not_noted'),
    );
  });
});

describe('status list', () => {
  it('stays the same until half its ttl has passed', async () => {
    const one = issuer(900);
    const first = await one.statusList();
    time += 449;
    expect(await one.statusList()).toEqual(first);
    time += 1;
    const second = await one.statusList();
    expect(second.issuedAt).toBe(START + 450);
    expect(second.list).not.toBe(first.list);
  });

  it('is signed anew after a revocation, with a later iat even within one second', async () => {
    const one = issuer();
    await certify(await statement(), one);
    const before = await one.statusList();
    await one.revoke({ statement: await revocation() });
    const after = await one.statusList();
    expect(after.issuedAt).toBeGreaterThan(before.issuedAt);
  });

  it('has strictly increasing times when many ask and change at once, and across restarts', async () => {
    const seen = new Map<number, string>();
    const note = ({ issuedAt, list }: { issuedAt: number; list: string }) => {
      expect(seen.get(issuedAt) ?? list).toBe(list);
      seen.set(issuedAt, list);
    };
    for (let round = 0; round < 3; round++) {
      const one = issuer(1);
      const text = await statement({ sub: crypto.randomUUID() });
      await certify(text, one);
      const lists = await Promise.all([one.statusList(), one.statusList(), one.statusList()]);
      lists.forEach(note);
      store.close();
      store = new IssuerStore(join(directory, 'issuer.db'));
      note(await issuer(1).statusList());
    }
  });

  it('goes on from its last iat when the clock is set back', async () => {
    const first = await issuer().statusList();
    time -= 86_400;
    await certify(await statement({ iat: time }));
    await issuer().revoke({ statement: await statement({ iat: time, action: 'revoke' }) });
    expect((await issuer().statusList()).issuedAt).toBe(first.issuedAt + 1);
  });
});

describe('a checkpoint', () => {
  const root = (of: string) => of.repeat(64);
  const claimsOf = (text: string) =>
    JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString()) as Readonly<
      Record<string, unknown>
    >;
  const sign = async (number: number, of: string) =>
    (await issuer().checkpoint({ number, root: root(of) })).checkpoint;

  it('follows the one before, in number, time and by its hash', async () => {
    const first = await sign(1, 'a');
    expect(claimsOf(first)).toEqual({
      ...{ ver: 1, iss: ORIGIN, iat: START, number: 1, root: root('a'), previous: root('0') },
    });
    const hash = createHash('sha256').update(first).digest('hex');
    expect(claimsOf(await sign(2, 'b'))).toMatchObject({ number: 2, iat: START + 1, previous: hash });
    time = START - 86_400;
    expect(claimsOf(await sign(5, 'c'))).toMatchObject({ number: 5, iat: START + 2 });
  });

  it('of one number is signed over one root, and given again to who lost the answer', async () => {
    const first = await sign(7, 'a');
    expect(await sign(7, 'a')).toBe(first);
    await expect(sign(7, 'b')).rejects.toThrow('checkpoint_behind');
    await expect(sign(6, 'a')).rejects.toThrow('checkpoint_behind');
  });

  it('asked for by twenty at once has one that wins', async () => {
    const one = issuer();
    const asked = Array.from({ length: 20 }, (_, index) =>
      one.checkpoint({ number: 1, root: root('0123456789abcdef'[index % 16] ?? 'f') }),
    );
    const outcomes = await Promise.allSettled(asked);
    const roots = outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [claimsOf(outcome.value.checkpoint)['root']] : [],
    );
    expect(new Set(roots)).toEqual(new Set([root('0')]));
  });
});
