import { describe, expect, it } from 'vitest';
import { judgeLookup } from '#client/doctor/check/endpoint-name.ts';
import { judgeFirewall } from '#client/doctor/check/firewall.ts';
import { judgeClock } from '#client/doctor/check/gateway.ts';
import { judgeHandshake } from '#client/doctor/check/handshake.ts';
import { judgeKeychain } from '#client/doctor/check/keychain.ts';
import { judgeAddress } from '#client/doctor/check/public-address.ts';
import { judgeRegistration } from '#client/doctor/check/registration.ts';
import { judgeResolver, nameServersIn } from '#client/doctor/check/resolver.ts';
import { judgeService } from '#client/doctor/check/service.ts';
import { judgeSocket } from '#client/doctor/check/socket.ts';
import type { Finding } from '#client/doctor/finding.ts';
import { problem } from '../scripted-daemon.ts';
import { answers, blocked, connected, disconnected, silent, tunnel } from './scene.ts';

const said = ({ state, code }: Finding): string => `${state}: ${code}`;

describe('service', () => {
  const program = 'sanad 0.1.0';
  const unit = (load: string, active: string) => ({ load, active });
  it.each([
    ['answers', { view: answers(disconnected), unit: null }, ['ok: service_answers']],
    [
      'of another version',
      { view: answers(disconnected), unit: null, program: 'sanad 0.2.0' },
      ['warning: service_other_version'],
    ],
    [
      'that has something to say of itself',
      { view: answers(disconnected, { warnings: [problem('fetcher_unreachable')] }), unit: null },
      ['ok: service_answers', 'warning: fetcher_unreachable'],
    ],
    [
      'not installed',
      { view: silent('daemon_unreachable'), unit: unit('not-found', 'inactive') },
      ['failed: service_not_installed'],
    ],
    [
      'crashed',
      { view: silent('daemon_unreachable'), unit: unit('loaded', 'failed') },
      ['failed: service_crashed'],
    ],
    [
      'stopped',
      { view: silent('daemon_unreachable'), unit: unit('loaded', 'inactive') },
      ['failed: service_stopped'],
    ],
    [
      'running and silent',
      { view: silent('daemon_unreachable'), unit: unit('loaded', 'active') },
      ['failed: service_silent'],
    ],
    [
      'without systemd to ask',
      { view: silent('daemon_unreachable'), unit: null },
      ['failed: service_silent'],
    ],
    [
      'not ours to ask',
      { view: silent('user_not_enabled'), unit: null },
      ['not_checked: service_out_of_reach'],
    ],
    ['that hangs', { view: silent('daemon_timeout'), unit: null }, ['failed: daemon_timeout']],
  ])('%s', (_, seen, expected) => expect(judgeService({ program, ...seen }).map(said)).toEqual(expected));
});

describe('socket', () => {
  const folder = { uid: 1000, mode: 0o570, isFolder: true };
  const sound = { uid: 1000, view: answers(disconnected), parent: folder, folder };
  it.each([
    ['ours alone', sound, 'ok: socket_yours'],
    [
      'prepared, and no service',
      { ...sound, view: silent('daemon_unreachable') },
      'not_checked: socket_absent',
    ],
    ['not prepared', { ...sound, folder: null }, 'failed: socket_not_prepared'],
    ['without a place for anybody', { ...sound, parent: null, folder: null }, 'failed: socket_place_missing'],
    ['of somebody else', { ...sound, folder: { ...folder, uid: 1001 } }, 'failed: socket_of_another'],
    ['opened to others', { ...sound, folder: { ...folder, mode: 0o777 } }, 'warning: socket_open_to_others'],
    ['missing for the administrator', { ...sound, uid: 0, folder: null }, 'failed: socket_place_missing'],
  ])('%s', (_, seen, expected) => expect(said(judgeSocket(seen))).toBe(expected));

  it('claims nothing about the group, which its owner can change and nobody looks at', () => {
    const { reason } = judgeSocket(sound);
    expect(reason).toContain('group and access lists were not looked at');
    expect(reason).not.toMatch(/no other user|alone/);
  });
});

describe('firewall', () => {
  const ours = ['inet sanad', 'arp sanad', 'inet firewalld'];
  const gone = { view: silent('daemon_unreachable'), tables: null, hasInterface: false };
  it.each([
    [
      'open while nothing is protected',
      { view: answers(disconnected), tables: null, hasInterface: true },
      'ok: firewall_open',
    ],
    [
      'closed around the tunnel',
      { view: answers(connected(1)), tables: ours, hasInterface: true },
      'ok: firewall_closed',
    ],
    ['blocked', { view: answers(blocked), tables: null, hasInterface: true }, 'warning: needs_credentials'],
    [
      'whose last change failed',
      { view: answers(connected(1), { firewall: 'unknown' }), tables: null, hasInterface: true },
      'failed: firewall_unsure',
    ],
    [
      'with rules although nothing is protected',
      { view: answers(disconnected), tables: ours, hasInterface: true },
      'failed: firewall_left_over',
    ],
    ['unseen without service and right', gone, 'not_checked: firewall_unseen'],
    ['with rules of a service that is gone', { ...gone, tables: ours }, 'failed: firewall_left_over'],
    ['with others’ rules alone', { ...gone, tables: ['inet firewalld', 'ip sanad'] }, 'ok: firewall_clean'],
    ['with our interface left', { ...gone, hasInterface: true }, 'failed: interface_left_over'],
    [
      'of a service that is not ours to ask: its rules are no left-overs',
      { view: silent('user_not_enabled'), tables: ours, hasInterface: true },
      'not_checked: firewall_unseen',
    ],
  ] as const)('%s', (_, seen, expected) => expect(said(judgeFirewall(seen))).toBe(expected));

  it('claims nothing about routing rules and routes, which nobody looks at', () => {
    expect(judgeFirewall({ ...gone, tables: [] }).reason).toContain('rules and routes were not looked at');
  });
});

describe('resolver', () => {
  const servers = (...answering: readonly boolean[]) =>
    answering.map((one, index) => ({ address: `192.0.2.${index}`, answers: one }));
  const seen = (list: ReturnType<typeof servers>, changed: object = {}) => ({
    view: answers(disconnected),
    addresses: list.map(({ address }) => address),
    servers: list,
    expected: [],
    ...changed,
  });
  it.each([
    ['answering', seen(servers(true)), 'ok: resolver_answers'],
    ['answering in part', seen(servers(true, false)), 'warning: resolver_partly_silent'],
    ['silent', seen(servers(false)), 'failed: resolver_silent'],
    [
      'silent through the tunnel',
      seen(servers(false), { view: answers(connected(1)) }),
      'failed: resolver_silent_in_tunnel',
    ],
    ['not set', seen([]), 'failed: resolver_none'],
    [
      'behind a block',
      seen(servers(), { addresses: ['192.0.2.1'], view: answers(blocked) }),
      'not_checked: resolver_unseen',
    ],
    [
      'outside the tunnel that has its own',
      seen(servers(true), { view: answers(connected(1)), expected: ['10.0.0.1'] }),
      'failed: resolver_outside_tunnel',
    ],
    [
      'on this machine, of which nobody sees whom it asks',
      seen([{ address: '127.0.0.53', answers: true }], {
        view: answers(connected(1)),
        expected: ['10.0.0.1'],
      }),
      'ok: resolver_answers',
    ],
  ])('%s', (_, one, expected) => expect(said(judgeResolver(one))).toBe(expected));

  it('reads the first three name servers of resolv.conf, as the system does', () => {
    const text =
      '# nameserver 1.1.1.1\nnameserver 10.0.0.1\n nameserver 9.9.9.9\nsearch x\nnameserver\t::1\nnameserver 10.0.0.1\n';
    expect(nameServersIn(text)).toEqual(['10.0.0.1', '::1']);
    expect(nameServersIn('nameserver 1\nnameserver 2\nnameserver 3\nnameserver 4\n')).toEqual([
      '1',
      '2',
      '3',
    ]);
  });
});

describe('endpoint name', () => {
  it.each([
    [{ kind: 'found', addresses: ['198.51.100.7'] }, 'ok: endpoint_found'],
    [{ kind: 'absent' }, 'failed: endpoint_unknown'],
    [{ kind: 'unanswered', cause: 'EAI_AGAIN' }, 'failed: endpoint_unanswered'],
  ] as const)('%j', (result, expected) =>
    expect(said(judgeLookup({ name: 'vpn.example', subject: 'office', result }))).toBe(expected),
  );
});

describe('handshake', () => {
  const now = 10_000;
  const judge = (view: ReturnType<typeof answers>, keepalive?: number) =>
    judgeHandshake({ view, tunnels: [tunnel('vpn.example', keepalive)], now }).map(said);
  it('is fresh for as long as WireGuard’s keys may be used', () => {
    expect(judge(answers(connected(now - 180)))).toEqual(['ok: handshake_fresh']);
    expect(judge(answers(connected(now - 181)))).toEqual(['warning: handshake_old']);
  });
  it('that is old is a failure where the tunnel keeps calling', () => {
    expect(judge(answers(connected(now - 181)), 25)).toEqual(['failed: handshake_lost']);
    expect(judge(answers(connected(now - 181)), 0)).toEqual(['warning: handshake_old']);
  });
  it.each([
    ['never was', answers(connected(null)), 'failed: handshake_never'],
    ['of another user', answers(connected(1, null)), 'not_checked: handshake_of_another'],
    ['without a tunnel', answers(disconnected), 'not_checked: handshake_no_tunnel'],
    ['without a service', silent('daemon_unreachable'), 'not_checked: handshake_no_service'],
  ])('%s', (_, view, expected) => expect(judge(view)).toEqual([expected]));
});

describe('gateway', () => {
  it.each([
    [0, 'ok: gateway_answers'],
    [300, 'ok: gateway_answers'],
    [-300, 'ok: gateway_answers'],
    [301, 'failed: clock_off'],
    [-301, 'failed: clock_off'],
  ])('whose clock differs by %i s', (difference, expected) => {
    const finding = judgeClock({ subject: 'lab', gatewayTime: 10_000, now: 10_000 + difference });
    expect(said(finding)).toBe(expected);
  });
  it('says in which direction this machine’s clock is off', () => {
    const { reason } = judgeClock({ subject: 'lab', gatewayTime: 10_000, now: 10_000 - 3600 });
    expect(reason).toContain('60 minutes behind');
  });
});

describe('keychain', () => {
  it.each([
    ['that has all', ['device-key', 'tunnel/office'], 'ok: keychain_readable'],
    ['that shows nothing may be locked', [], 'warning: keychain_locked_or_empty'],
    ['that lacks one', ['tunnel/office'], 'failed: keychain_keys_missing'],
  ])('%s', (_, accounts, expected) =>
    expect(said(judgeKeychain({ expected: ['device-key', 'tunnel/office'], accounts }))).toBe(expected),
  );
  it('of which nothing is expected is not said to be open', () => {
    expect(said(judgeKeychain({ expected: [], accounts: [] }))).toBe('ok: keychain_empty');
  });
});

describe('registration', () => {
  const day = 86_400;
  const candidate = {
    kind: 'certificate',
    registration: { gateway: 'association' },
    claims: { iat: 0, exp: 30 * day },
  } as const;
  const stated = { kind: 'declaration', claims: { iat: 0, exp: 90 * day } } as const;
  it.each([
    ['that stands', { refusal: null, candidate }, 10 * day, 'ok: registration_stands'],
    ['in the time of its renewal', { refusal: null, candidate }, 21 * day, 'ok: registration_stands'],
    ['that its person states', { refusal: null, candidate: stated }, 75 * day, 'ok: registration_stated'],
    [
      'that its person has to state again soon',
      { refusal: null, candidate: stated },
      77 * day,
      'warning: registration_stated_ends_soon',
    ],
    ['that missed it', { refusal: null, candidate }, 26 * day, 'warning: registration_ends_soon'],
    [
      'that is refused',
      { refusal: problem('registration_revoked'), candidate },
      day,
      'failed: registration_revoked',
    ],
  ])('%s', (_, check, now, expected) => {
    expect(said(judgeRegistration({ subject: 'office', check, now }))).toBe(expected);
  });
  it('says whose word it is', () => {
    const of = (found: typeof candidate | typeof stated) =>
      judgeRegistration({ subject: 'office', check: { refusal: null, candidate: found }, now: day }).reason;
    expect(of(candidate)).toContain('confirmed by association');
    expect(of(stated)).toContain('stated by you and confirmed by nobody');
  });
  it('names the tunnel in the line to type, where the name can stand there', () => {
    const check = { refusal: null, candidate };
    const actionOf = (subject: string) => judgeRegistration({ subject, check, now: 29 * day }).nextAction;
    expect(actionOf('دفتر')).toBe('Renew it: sanad registration show دفتر');
    expect(actionOf('my $(office)')).toBe('Renew it: sanad registration show NAME');
  });
});

describe('public address', () => {
  const registered = ['203.0.113.7', '2001:DB8:0::7'];
  it.each([
    ['203.0.113.7', 'ok: public_address_registered'],
    ['2001:db8::7', 'ok: public_address_registered'],
    ['203.0.113.8', 'warning: public_address_other'],
    ['Call 0300-1234567', 'not_checked: public_address_unseen'],
  ])('%s', (seen, expected) =>
    expect(said(judgeAddress({ subject: 'office', seen, registered }))).toBe(expected),
  );
});

describe('every finding', () => {
  it('that failed or warns has one next action', () => {
    const some = [
      ...judgeService({ view: silent('daemon_unreachable'), unit: null, program: 'sanad 1' }),
      judgeFirewall({ view: answers(disconnected), tables: ['inet sanad'], hasInterface: false }),
      judgeKeychain({ expected: ['a'], accounts: [] }),
    ];
    for (const { nextAction } of some) expect(nextAction).toMatch(/^[A-Z].+/);
  });
});
