import { describe, expect, it } from 'vitest';
import { refreshDelaySeconds, watchRegistration, type Watched } from '#daemon/core/registration-watch.ts';
import { verifyRegistration } from '#shared/registration/verify-registration.ts';
import { saying } from '#test/shared/registration/attack.ts';
import { makeDeclaredScene } from '#test/shared/registration/declare.ts';
import {
  acceptedKeySet,
  acceptedStatusList,
  certificateClaims,
  clockAt,
  DAY,
  makeGateway,
  makeScene,
  NOW,
} from '#test/shared/registration/issue.ts';

const { gateway, options } = makeScene();
const verification = verifyRegistration(options);
if (verification.kind === 'refused') throw new Error(verification.refusal.code);
const { registration } = verification;

function watched(changes: Partial<Watched> = {}): Watched {
  const { keySets, statusLists, policy, clock } = options;
  return { registration, keySets, statusLists, policy, clock, ...changes };
}

describe('watchRegistration', () => {
  it('a registration that stands is looked at again within a minute', () => {
    expect(watchRegistration(watched())).toEqual({ kind: 'valid', lookAgainInSeconds: 60 });
  });

  it('a revoked registration is lost', () => {
    const list = acceptedStatusList(gateway, { statuses: { 7: 1 } });
    const watching = watchRegistration(watched({ statusLists: new Map([[list.uri, list]]) }));
    expect(watching).toMatchObject({ kind: 'lost', refusal: { code: 'registration_revoked' } });
  });

  it.each([
    ['the certificate expires', NOW + 30 * DAY, { fresh: true }, 'certificate_expired'],
    ['the status list grows stale', NOW - 60 + 3 * DAY + 1, { fresh: false }, 'status_list_stale'],
  ])('is looked at in the very second in which %s', (_name, moment, { fresh }, code) => {
    const list = fresh ? acceptedAt(moment - 60) : acceptedStatusList(gateway);
    const statusLists = new Map([[list.uri, list]]);
    const before = watchRegistration(watched({ statusLists, clock: clockAt(moment - 7) }));
    expect(before).toEqual({ kind: 'valid', lookAgainInSeconds: 7 });
    const then = watchRegistration(watched({ statusLists, clock: clockAt(moment) }));
    expect(then).toMatchObject({ kind: 'lost', refusal: { code } });
  });

  it('is looked at in the very second in which the decision ends', () => {
    const valid_until = NOW + DAY;
    const scene = makeScene();
    const own = saying(({ gateway, device, endpoints }) => {
      const { decision } = certificateClaims(gateway, device, endpoints);
      return { decision: { ...decision, valid_until } };
    });
    const ending = verifyRegistration({ ...scene.options, ...own(scene) });
    if (ending.kind === 'refused') throw new Error(ending.refusal.code);
    const { keySets, statusLists, policy } = scene.options;
    const at = (now: number) =>
      watchRegistration({
        registration: ending.registration,
        keySets,
        statusLists,
        policy,
        clock: clockAt(now),
      });
    expect(at(valid_until - 7)).toEqual({ kind: 'valid', lookAgainInSeconds: 7 });
    expect(at(valid_until)).toMatchObject({ kind: 'lost' });
  });

  it('is looked at in the very second in which its gateway’s key set expires, and no other’s', () => {
    const own = acceptedKeySet(gateway, { exp: NOW + 40 });
    const others = acceptedKeySet(makeGateway('https://other.test'), { exp: NOW + 20 });
    const keySets = [others, own];
    expect(watchRegistration(watched({ keySets }))).toEqual({ kind: 'valid', lookAgainInSeconds: 40 });
    const then = watchRegistration(watched({ keySets, clock: clockAt(NOW + 40) }));
    expect(then).toMatchObject({ kind: 'lost', refusal: { code: 'key_set_expired' } });
  });

  it('a clock set back gains nothing: the floor counts', () => {
    const floor = NOW + 3 * DAY;
    const watching = watchRegistration(watched({ clock: { now: floor - 200, floor } }));
    expect(watching).toMatchObject({ kind: 'lost', refusal: { code: 'status_list_stale' } });
  });
});

describe('watchRegistration of a declaration', () => {
  const declared = makeDeclaredScene().options;
  const passed = verifyRegistration(declared);
  if (passed.kind === 'refused') throw new Error(passed.refusal.code);
  const stated = (changes: Partial<Watched> = {}) =>
    watchRegistration({ ...declared, registration: passed.registration, ...changes });
  const end = NOW - 3600 + 90 * DAY;

  it('needs neither key set nor list, and ends in the very second of its exp', () => {
    expect(stated()).toEqual({ kind: 'valid', lookAgainInSeconds: 60 });
    expect(stated({ clock: clockAt(end - 7) })).toEqual({ kind: 'valid', lookAgainInSeconds: 7 });
    expect(stated({ clock: clockAt(end) })).toMatchObject({ refusal: { code: 'declaration_expired' } });
  });

  it('is lost with the administrator’s consent', () => {
    expect(stated({ policy: options.policy })).toMatchObject({
      kind: 'lost',
      refusal: { code: 'declaration_not_accepted' },
    });
  });
});

function acceptedAt(iat: number) {
  // Accepted by a machine whose clock stands there.
  return { ...acceptedStatusList(gateway), issuedAt: iat, expiresAt: iat + 7 * DAY };
}

describe('refreshDelaySeconds', () => {
  const statusLists = [acceptedStatusList(gateway, { ttl: 900 })];
  const ask = (changes: { failures?: number; fraction?: number }) =>
    refreshDelaySeconds({ statusLists, defaultTtlSeconds: 600, failures: 0, fraction: 0, ...changes });

  it('is the ttl, or up to a quarter less', () => {
    expect(ask({ fraction: 0 })).toBe(900);
    expect(ask({ fraction: 0.5 })).toBe(787.5);
    expect(ask({ fraction: 0.999 })).toBeGreaterThan(675);
  });

  it('is the shortest of several', () => {
    const several = [...statusLists, acceptedStatusList(gateway, { ttl: 300 })];
    expect(
      refreshDelaySeconds({ statusLists: several, defaultTtlSeconds: 600, failures: 0, fraction: 0 }),
    ).toBe(300);
  });

  it('is sooner after a failure, later after each further one, never later than the ttl', () => {
    expect([1, 2, 3, 10].map((failures) => ask({ failures }))).toEqual([15, 30, 60, 900]);
  });

  it('is the default where there is no list yet', () => {
    expect(refreshDelaySeconds({ statusLists: [], defaultTtlSeconds: 600, failures: 0, fraction: 0 })).toBe(
      600,
    );
  });
});
