import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeKey, signJws, type TestKey } from '../../shared/registration/issue.ts';
import { ORIGIN, refusal, START, TestIssuer } from './test-issuer.ts';

const DAY = 86_400;
const [FIRST, SECOND] = [randomUUID(), randomUUID()] as const;

let test: TestIssuer;
let device: TestKey;
let other: TestKey;

beforeEach(() => {
  test = new TestIssuer();
  [device, other] = [makeKey(), makeKey()];
});
afterEach(() => {
  test.remove();
});

describe('a suspension', () => {
  it('suspends every certificate, gives none, and is taken back by a reinstatement', async () => {
    const statement = await test.attestation(FIRST, [device.kid]);
    const { index } = await test.certify(statement, device.kid);
    expect(await test.suspend(FIRST)).toEqual({ changed: 1 });
    expect(test.statuses()).toEqual(new Map([[index, 2]]));
    const ask = () => test.issuer.issueCertificate({ statement, device: device.kid });
    await expect(ask()).rejects.toMatchObject(refusal('registration_suspended'));
    test.restart();
    await expect(ask()).rejects.toMatchObject(refusal('registration_suspended'));
    test.time++;
    expect(await test.suspend(FIRST, 'reinstate')).toEqual({ changed: 1 });
    expect(test.statuses()).toEqual(new Map());
    expect((await ask()).index).toBe(index);
  });

  it('leaves what is revoked revoked, and can be followed by a revocation', async () => {
    const { index } = await test.certify(await test.attestation(FIRST, [device.kid]), device.kid);
    await test.suspend(FIRST);
    await test.issuer.revoke({ statement: await test.statement({ sub: FIRST, action: 'revoke' }) });
    expect(test.statuses()).toEqual(new Map([[index, 1]]));
    test.time++;
    await expect(test.suspend(FIRST, 'reinstate')).rejects.toMatchObject(refusal('registration_revoked'));
    expect(test.statuses()).toEqual(new Map([[index, 1]]));
  });

  it('is not ended by a renewal', async () => {
    await test.certify(await test.attestation(FIRST, [device.kid]), device.kid);
    await test.suspend(FIRST);
    test.time++;
    const renewal = await test.attestation(FIRST, [device.kid], { action: 'renew' });
    await expect(test.certify(renewal, device.kid)).rejects.toMatchObject(refusal('registration_suspended'));
  });
});

describe('a renewal', () => {
  it('gets the device a new certificate at once; the former one is revoked a day later', async () => {
    const former = await test.certify(await test.attestation(FIRST, [device.kid]), device.kid);
    test.time += 10;
    const decision = {
      ...{ authority: 'pk-pta', profile: 'pk-pta@1', route: 'B', category: 'freelancer' },
      decided_at: test.time,
    };
    const renewal = await test.attestation(FIRST, [device.kid], { action: 'renew', decision });
    const renewed = await test.certify(renewal, device.kid);
    expect(renewed.index).not.toBe(former.index);
    expect(test.statuses()).toEqual(new Map());
    test.time += DAY - 1;
    expect(test.statuses()).toEqual(new Map());
    test.time++;
    expect(test.statuses()).toEqual(new Map([[former.index, 1]]));
  });

  it('revokes the certificates of a device that it no longer lists', async () => {
    const statement = await test.attestation(FIRST, [device.kid, other.kid]);
    const lost = await test.certify(statement, other.kid);
    await test.issuer.issueCertificate({ statement, device: device.kid });
    test.time++;
    await test.certify(await test.attestation(FIRST, [device.kid], { action: 'renew' }), device.kid);
    expect(test.statuses().get(lost.index)).toBe(1);
    await expect(test.issuer.issueCertificate({ statement, device: other.kid })).rejects.toMatchObject(
      refusal('attestation_not_noted'),
    );
  });
});

describe('a certificate renewed after half its life', () => {
  it('has an index of its own; the one before is revoked a day later, for good', async () => {
    const statement = await test.attestation(FIRST, [device.kid]);
    const indices = [(await test.certify(statement, device.kid)).index];
    for (let count = 0; count < 3; count++) {
      test.time += 15 * DAY;
      indices.push((await test.issuer.issueCertificate({ statement, device: device.kid })).index);
    }
    expect(new Set(indices).size).toBe(4);
    test.time += DAY;
    expect(test.statuses()).toEqual(new Map(indices.slice(0, 3).map((index) => [index, 1])));
    await test.suspend(FIRST);
    test.time++;
    await test.suspend(FIRST, 'reinstate');
    expect(test.statuses()).toEqual(new Map(indices.slice(0, 3).map((index) => [index, 1])));
  });

  it('is in the list that is signed next, without anybody’s asking', async () => {
    const statement = await test.attestation(FIRST, [device.kid]);
    await test.certify(statement, device.kid);
    test.time += 15 * DAY;
    await test.issuer.issueCertificate({ statement, device: device.kid });
    const before = await test.issuer.statusList();
    test.time += DAY;
    const after = await test.issuer.statusList();
    const lists = [before, after].map(({ list }) =>
      Buffer.from(list.split('.')[1] ?? '', 'base64url').toString(),
    );
    const [one, next] = lists.map(
      (text) => (JSON.parse(text) as { status_list: { lst: string } }).status_list.lst,
    );
    expect(next).not.toBe(one);
  });
});

describe('an amendment', () => {
  const amend = (devices = [device.kid]) => test.attestation(SECOND, devices, { amends: FIRST });

  it('leaves what it amends as it is until its own certificate is made, which ends that', async () => {
    const first = await test.attestation(FIRST, [device.kid]);
    const old = await test.certify(first, device.kid);
    const second = await amend();
    await test.issuer.attest({ statement: second });
    expect(test.statuses()).toEqual(new Map());
    expect((await test.issuer.issueCertificate({ statement: first, device: device.kid })).index).toBe(
      old.index,
    );
    const made = await test.issuer.issueCertificate({ statement: second, device: device.kid });
    expect(test.statuses()).toEqual(new Map([[old.index, 1]]));
    await expect(
      test.issuer.issueCertificate({ statement: first, device: device.kid }),
    ).rejects.toMatchObject(refusal('registration_ended'));
    test.time++;
    await expect(
      test.certify(await test.attestation(FIRST, [device.kid], { action: 'renew' }), device.kid),
    ).rejects.toMatchObject(refusal('registration_ended'));
    expect(await test.issuer.issueCertificate({ statement: second, device: device.kid })).toEqual(made);
  });

  it('ends the certificates of devices that it leaves out at once, those of others when they fetch theirs', async () => {
    const [lost, here, there] = [makeKey(), device, other];
    const first = await test.attestation(FIRST, [lost.kid, here.kid, there.kid]);
    await test.issuer.attest({ statement: first });
    const given = async ({ kid }: TestKey) =>
      (await test.issuer.issueCertificate({ statement: first, device: kid })).index;
    const [ofLost, ofHere, ofThere] = [await given(lost), await given(here), await given(there)];
    const second = await amend([here.kid, there.kid]);
    await test.certify(second, here.kid);
    expect(new Set(test.statuses().keys())).toEqual(new Set([ofLost, ofHere]));
    await test.issuer.issueCertificate({ statement: second, device: there.kid });
    expect(new Set(test.statuses().keys())).toEqual(new Set([ofLost, ofHere, ofThere]));
  });

  it('is no way out of a suspension', async () => {
    await test.certify(await test.attestation(FIRST, [device.kid]), device.kid);
    const second = await amend();
    await test.issuer.attest({ statement: second });
    await test.suspend(FIRST);
    const fetch = () => test.issuer.issueCertificate({ statement: second, device: device.kid });
    await expect(fetch()).rejects.toMatchObject(refusal('registration_suspended'));
    test.time++;
    await test.suspend(FIRST, 'reinstate');
    await expect(fetch()).resolves.toHaveProperty('certificate');
  });

  it('whose certificate was made and kept back is what has to be suspended: what it amends is refused', async () => {
    const old = await test.certify(await test.attestation(FIRST, [device.kid]), device.kid);
    const second = await amend();
    const kept = await test.certify(second, device.kid);
    test.time++;
    await expect(test.suspend(FIRST)).rejects.toMatchObject(refusal('registration_ended'));
    expect(test.statuses()).toEqual(new Map([[old.index, 1]]));
    await test.suspend(SECOND);
    expect(test.statuses().get(kept.index)).toBe(2);
    await expect(
      test.issuer.issueCertificate({ statement: second, device: device.kid }),
    ).rejects.toMatchObject(refusal('registration_suspended'));
  });

  it.each(['suspend', 'revoke'] as const)(
    'reaches devices that have not fetched its certificate yet when somebody has to %s it',
    async (action) => {
      const first = await test.attestation(FIRST, [device.kid, other.kid]);
      await test.certify(first, device.kid);
      const ofOther = await test.issuer.issueCertificate({ statement: first, device: other.kid });
      await test.certify(await amend([device.kid, other.kid]), device.kid);
      expect(test.statuses().has(ofOther.index)).toBe(false);
      test.time++;
      const statement = await test.statement({ sub: SECOND, action });
      await (action === 'suspend' ? test.issuer.suspend({ statement }) : test.issuer.revoke({ statement }));
      expect(test.statuses().get(ofOther.index)).toBe(action === 'suspend' ? 2 : 1);
      if (action === 'revoke') return;
      test.time++;
      await test.suspend(SECOND, 'reinstate');
      expect(test.statuses().has(ofOther.index)).toBe(false);
    },
  );

  it('is revoked with what it amends, and so is what amends it', async () => {
    const third = randomUUID();
    await test.certify(await test.attestation(FIRST, [device.kid]), device.kid);
    await test.certify(await amend(), device.kid);
    const last = await test.certify(
      await test.attestation(third, [device.kid], { amends: SECOND }),
      device.kid,
    );
    await test.issuer.revoke({ statement: await test.statement({ sub: FIRST, action: 'revoke' }) });
    expect(test.statuses().get(last.index)).toBe(1);
    test.time++;
    const again = await test.attestation(third, [device.kid], { amends: SECOND, action: 'renew' });
    await expect(test.certify(again, device.kid)).rejects.toMatchObject(refusal('registration_revoked'));
  });
});

describe('a withdrawal', () => {
  it('of an attested device revokes for good', async () => {
    const statement = await test.attestation(FIRST, [device.kid]);
    const { index } = await test.certify(statement, device.kid);
    const withdrawal = test.withdrawal(device, FIRST);
    expect(await test.issuer.withdraw({ withdrawal })).toEqual({ revoked: 1 });
    expect(await test.issuer.withdraw({ withdrawal })).toEqual({ revoked: 0 });
    expect(test.statuses()).toEqual(new Map([[index, 1]]));
    test.time++;
    await expect(
      test.certify(await test.attestation(FIRST, [device.kid], { action: 'renew' }), device.kid),
    ).rejects.toMatchObject(refusal('registration_revoked'));
  });

  it('takes an amendment of the same device with it, not one that has left this device out', async () => {
    await test.certify(await test.attestation(FIRST, [device.kid, other.kid]), device.kid);
    const kept = await test.certify(
      await test.attestation(SECOND, [other.kid], { amends: FIRST }),
      other.kid,
    );
    await test.issuer.withdraw({ withdrawal: test.withdrawal(device, FIRST) });
    expect(test.statuses().has(kept.index)).toBe(false);
    await test.issuer.withdraw({ withdrawal: test.withdrawal(other, FIRST) });
    expect(test.statuses().get(kept.index)).toBe(1);
  });

  it.each<[string, string, (mine: TestKey) => string]>([
    ['of a device that was not attested', 'device_not_attested', () => test.withdrawal(other, FIRST)],
    ['of another registration', 'device_not_attested', (mine) => test.withdrawal(mine, SECOND)],
    [
      'for another gateway',
      'withdrawal_malformed',
      (mine) => test.withdrawal(mine, FIRST, { iss: 'https://x.example' }),
    ],
    ['of yesterday', 'statement_stale', (mine) => test.withdrawal(mine, FIRST, { iat: START - DAY })],
    ['of tomorrow', 'statement_malformed', (mine) => test.withdrawal(mine, FIRST, { iat: START + DAY })],
    [
      'of one device under the key of another',
      'withdrawal_malformed',
      (mine) => test.withdrawal({ ...other, publicJwk: mine.publicJwk }, FIRST),
    ],
    [
      'that is a device proof',
      'withdrawal_malformed',
      (mine) => jws(mine, { typ: 'sanad-device-proof+jwt', jwk: mine.publicJwk }),
    ],
    [
      'with a critical extension',
      'withdrawal_malformed',
      (mine) => jws(mine, { jwk: mine.publicJwk, crit: ['x'], x: 1 }),
    ],
    ['that names its key', 'withdrawal_malformed', (mine) => jws(mine, { kid: mine.kid })],
    ['with alg none', 'withdrawal_malformed', (mine) => jws(mine, { alg: 'none', jwk: mine.publicJwk })],
    ['with alg EdDSA', 'withdrawal_malformed', (mine) => jws(mine, { alg: 'EdDSA', jwk: mine.publicJwk })],
    [
      'with a private key in it',
      'withdrawal_malformed',
      (mine) => jws(mine, { jwk: { ...mine.publicJwk, d: 'A'.repeat(43) } }),
    ],
    [
      'with a claim given twice',
      'withdrawal_malformed',
      (mine) =>
        jws(
          mine,
          { jwk: mine.publicJwk },
          `{"ver":1,"iss":"${ORIGIN}","sub":"x","sub":"${FIRST}","iat":${START}}`,
        ),
    ],
    ['that is none', 'withdrawal_malformed', () => 'a.b.c'],
    ['without an end', 'withdrawal_malformed', () => 'x'.repeat(2049)],
  ])('%s is refused as %s and changes nothing', async (_name, code, make) => {
    const { index } = await test.certify(await test.attestation(FIRST, [device.kid]), device.kid);
    await expect(test.issuer.withdraw({ withdrawal: make(device) })).rejects.toMatchObject(refusal(code));
    expect(test.statuses().has(index)).toBe(false);
  });

  const jws = (
    key: TestKey,
    header: object,
    payload: unknown = { ver: 1, iss: ORIGIN, sub: FIRST, iat: START },
  ) => signJws({ alg: 'Ed25519', typ: 'sanad-withdrawal+jwt', ...header }, payload, key);
});

describe('a gateway’s front end in foreign hands', () => {
  it('cannot go back to an old reinstatement after a newer suspension', async () => {
    const { index } = await test.certify(await test.attestation(FIRST, [device.kid]), device.kid);
    await test.suspend(FIRST);
    test.time++;
    const reinstatement = await test.statement({ sub: FIRST, action: 'reinstate' });
    await test.issuer.suspend({ statement: reinstatement });
    test.time++;
    await test.suspend(FIRST);
    await expect(test.issuer.suspend({ statement: reinstatement })).rejects.toMatchObject(
      refusal('statement_superseded'),
    );
    expect(test.statuses()).toEqual(new Map([[index, 2]]));
  });

  it('gains nothing by a suspension and a reinstatement of the same second', async () => {
    const { index } = await test.certify(await test.attestation(FIRST, [device.kid]), device.kid);
    const both = {
      suspend: await test.statement({ sub: FIRST, action: 'suspend' }),
      reinstate: await test.statement({ sub: FIRST, action: 'reinstate' }),
    };
    await test.issuer.suspend({ statement: both.reinstate });
    await test.issuer.suspend({ statement: both.suspend });
    await expect(test.issuer.suspend({ statement: both.reinstate })).rejects.toMatchObject(
      refusal('statement_superseded'),
    );
    expect(test.statuses()).toEqual(new Map([[index, 2]]));
  });

  it('cannot keep a reinstatement or a renewal back and use it later', async () => {
    await test.certify(await test.attestation(FIRST, [device.kid]), device.kid);
    const keptBack = await test.statement({ sub: FIRST, action: 'reinstate' });
    const renewal = await test.attestation(FIRST, [device.kid], { action: 'renew' });
    test.time += 601;
    await expect(test.issuer.suspend({ statement: keptBack })).rejects.toMatchObject(
      refusal('statement_stale'),
    );
    await expect(test.certify(renewal, device.kid)).rejects.toMatchObject(refusal('statement_stale'));
  });

  it('cannot choose between two attestations of the same second', async () => {
    const one = await test.attestation(FIRST, [device.kid]);
    const two = await test.attestation(FIRST, [device.kid, other.kid]);
    await test.certify(one, device.kid);
    await expect(test.certify(two, other.kid)).rejects.toMatchObject(refusal('statement_superseded'));
    await expect(test.certify(one, device.kid)).resolves.toHaveProperty('certificate');
  });

  it.each(['file', 'verify', 'ask'] as const)('makes nothing of a statement that says %s', async (action) => {
    const statement = await test.statement({ sub: FIRST, action, note: 'x' });
    const tries = [
      () => test.issuer.attest({ statement }),
      () => test.issuer.issueCertificate({ statement, device: device.kid }),
      () => test.issuer.revoke({ statement }),
      () => test.issuer.suspend({ statement }),
    ];
    for (const attempt of tries)
      await expect(attempt()).rejects.toMatchObject(refusal('statement_action_differs'));
  });

  it('cannot take one kind of statement for another', async () => {
    const [suspension, revocation] = [
      await test.statement({ sub: FIRST, action: 'suspend' }),
      await test.statement({ sub: FIRST, action: 'revoke' }),
    ];
    const refused = refusal('statement_action_differs');
    await expect(test.issuer.revoke({ statement: suspension })).rejects.toMatchObject(refused);
    await expect(test.issuer.suspend({ statement: revocation })).rejects.toMatchObject(refused);
    await expect(test.issuer.withdraw({ withdrawal: revocation })).rejects.toMatchObject(
      refusal('withdrawal_malformed'),
    );
    await expect(test.issuer.attest({ statement: test.withdrawal(device, FIRST) })).rejects.toMatchObject(
      refusal('statement_malformed'),
    );
  });

  it('cannot have somebody’s registration ended by an amendment of another’s devices', async () => {
    const victim = await test.certify(await test.attestation(FIRST, [other.kid]), other.kid);
    const amendment = await test.attestation(SECOND, [device.kid], { amends: FIRST });
    await expect(test.certify(amendment, device.kid)).rejects.toMatchObject(refusal('amended_unrelated'));
    const ofItself = await test.attestation(SECOND, [device.kid], { amends: SECOND });
    await expect(test.certify(ofItself, device.kid)).rejects.toMatchObject(refusal('amended_unrelated'));
    expect(test.statuses().has(victim.index)).toBe(false);
  });

  it('gets no certificate for an amendment of what was revoked', async () => {
    await test.certify(await test.attestation(FIRST, [device.kid]), device.kid);
    const amendment = await test.attestation(SECOND, [device.kid], { amends: FIRST });
    await test.issuer.revoke({ statement: await test.statement({ sub: FIRST, action: 'revoke' }) });
    await expect(test.certify(amendment, device.kid)).rejects.toMatchObject(refusal('registration_revoked'));
  });
});
