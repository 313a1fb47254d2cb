import { describe, expect, it } from 'vitest';
import { nodePrimitives } from '#client/node-primitives.ts';
import { fingerprint } from '#shared/registration/anchor.ts';
import { openDeclaration } from '#shared/registration/declaration.ts';
import type { KnownKeys } from '#shared/report/proof.ts';
import { listName, type ReportSources } from '#shared/report/compose.ts';
import { standsEntirely, type ReportVerdict } from '#shared/report/verdict.ts';
import { verifyReport } from '#shared/report/verify-report.ts';
import {
  DAY,
  issueKeySet,
  issueStatusList,
  keySetClaims,
  makeEndpoint,
  makeGateway,
  makeKey,
  NOW,
  type TestGateway,
} from '#test/shared/registration/issue.ts';
import { declare } from '#test/shared/registration/declare.ts';
import {
  certificateOf,
  fileOf,
  makeReportScene,
  registrationOf,
  reportOf,
  sourcesOf,
  type ReportScene,
} from './make-report.ts';

const nobody: KnownKeys = { anchors: [], fingerprints: [] };
const knows = (...gateways: readonly TestGateway[]): KnownKeys => ({
  anchors: gateways.map(({ anchor }) => anchor),
  fingerprints: [],
});

function verify(text: string, known: KnownKeys): ReportVerdict {
  return verifyReport(text, { known, primitives: nodePrimitives });
}

function verdictOf(scene: ReportScene, changes: Partial<ReportSources>, asOf = NOW): ReportVerdict {
  const report = reportOf(sourcesOf(scene, changes), asOf);
  return verify(fileOf(report, scene.device), knows(scene.gateway));
}

const codesOf = ({ entries }: ReportVerdict): string[] => entries.map(({ code }) => code);

describe('a report as it was made', () => {
  const scene = makeReportScene();
  const file = fileOf(reportOf(sourcesOf(scene)), scene.device);

  it('is genuine for whoever knows the gateway’s keys, and stands', () => {
    const verdict = verify(file, knows(scene.gateway));
    expect(verdict).toMatchObject({ conclusion: 'genuine', seal: 'device', faults: [] });
    expect(verdict.operators).toMatchObject([{ trust: 'known', legalName: 'Test Gateway' }]);
    expect(verdict.entries[0]?.claims).toMatchObject({
      assurance: 'attested',
      sub: expect.any(String) as string,
    });
    expect(standsEntirely(verdict)).toBe(true);
  });

  it('is not called genuine by keys that it brings itself', () => {
    const verdict = verify(file, nobody);
    expect(verdict).toMatchObject({ conclusion: 'compare_keys', operators: [{ trust: 'brought' }] });
  });

  it('is genuine for whoever has compared the fingerprint, however it is spaced', () => {
    const print = fingerprint(scene.gateway.anchor, nodePrimitives);
    const compared = { anchors: [], fingerprints: [print.replaceAll(' ', '').toUpperCase()] };
    expect(verify(file, compared)).toMatchObject({
      conclusion: 'genuine',
      operators: [{ trust: 'compared', fingerprint: print }],
    });
    expect(verify(file, { anchors: [], fingerprints: ['0'.repeat(64)] }).conclusion).toBe('compare_keys');
  });
});

describe('a registration of a report', () => {
  const scene = makeReportScene();
  const { gateway } = scene;
  const list = (changes: Parameters<typeof issueStatusList>[1]): Partial<ReportSources> => {
    const text = issueStatusList(gateway, changes);
    return {
      statusLists: [
        { of: listName(gateway.origin, gateway.statusListUri), issuedAt: changes?.iat ?? NOW - 60, text },
      ],
    };
  };

  it.each([
    ['revoked', list({ statuses: { 7: 1 } })],
    ['suspended', list({ statuses: { 7: 2 } })],
    ['unproved', list({ statuses: { 7: 3 } })],
    ['unproved', list({ size: 4 })],
    ['unproved', { statusLists: [] }],
    ['unproved', { keySets: [] }],
    ['unproved', list({ iat: NOW - 8 * DAY })],
    // A list by a stranger’s key proves nothing, and is not held against the registration.
    ['unproved', list({ signer: makeKey() })],
  ])('is %s by what its gateway published', (code, changes) => {
    const verdict = verdictOf(scene, changes);
    expect(codesOf(verdict)).toEqual([code]);
    expect(standsEntirely(verdict)).toBe(false);
  });

  it.each([
    ['expired', { iat: NOW - 40 * DAY, nbf: NOW - 40 * DAY, exp: NOW - 10 * DAY }],
    ['not_yet_valid', { nbf: NOW + DAY }],
    ['not_genuine', { signer: makeKey() }],
    ['not_genuine', { signer: gateway.statusKey }],
    ['not_genuine', { iss: 'https://another.test' }],
    ['not_genuine', { sub: '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10' }],
    ['not_genuine', { assurance: 'provisional' as const, signer: makeKey() }],
  ])('is %s by what its certificate says', (code, changes) => {
    const registrations = [registrationOf(scene, { certificates: [certificateOf(scene, changes)] })];
    const verdict = verdictOf(scene, { registrations });
    expect(codesOf(verdict)).toEqual([code]);
    // What is not genuine is not shown as signed.
    if (code === 'not_genuine') expect(verdict.entries[0]?.claims).toBeUndefined();
  });

  it('without a certificate is the report’s own word, and then the report is not all proved', () => {
    const verdict = verdictOf(scene, { registrations: [registrationOf(scene, { certificates: [] })] });
    expect(codesOf(verdict)).toEqual(['stated']);
    expect(verdict.conclusion).toBe('incomplete');
  });

  it('of a gateway whose keys nobody has is of an unknown office', () => {
    const report = reportOf(sourcesOf(scene, { anchors: [] }));
    const verdict = verify(fileOf(report, scene.device), nobody);
    expect(codesOf(verdict)).toEqual(['unknown_operator']);
    expect(verdict).toMatchObject({ conclusion: 'incomplete', operators: [] });
  });

  it('is judged by the keys of its own gateway alone', () => {
    const other = { gateway: makeGateway('https://other.test'), device: scene.device };
    const both = sourcesOf(scene, {
      registrations: [
        registrationOf(scene),
        registrationOf(scene, {
          registration: '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10',
          // Signed by the first gateway’s key in the name of the second.
          gateway: other.gateway.origin,
          certificates: [
            certificateOf(scene, {
              iss: other.gateway.origin,
              sub: '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10',
            }),
          ],
        }),
      ],
      anchors: [gateway.anchor, other.gateway.anchor],
      keySets: [gateway, other.gateway].map((one) => ({
        of: one.origin,
        issuedAt: NOW - DAY,
        text: issueKeySet(one),
      })),
    });
    const verdict = verify(fileOf(reportOf(both), scene.device), knows(gateway, other.gateway));
    expect(codesOf(verdict)).toEqual(['stands', 'not_genuine']);
  });
});

describe('as of a past day', () => {
  const scene = makeReportScene();
  const { gateway } = scene;
  const second = { iat: NOW - 5 * DAY, nbf: NOW - 5 * DAY, exp: NOW + 25 * DAY, index: 9 };
  const first = { iat: NOW - 30 * DAY, nbf: NOW - 30 * DAY, exp: NOW };
  const listOn = (days: number, statuses = {}) => {
    const iat = NOW - days * DAY;
    return {
      of: listName(gateway.origin, gateway.statusListUri),
      issuedAt: iat,
      text: issueStatusList(gateway, { iat, statuses }),
    };
  };
  const keySetOn = (days: number) => {
    const iat = NOW - days * DAY;
    return { of: gateway.origin, issuedAt: iat, text: issueKeySet(gateway, { iat }) };
  };
  const changes = {
    registrations: [
      registrationOf(scene, {
        states: [
          { state: 'submitted' as const, at: NOW - 40 * DAY },
          { state: 'attested' as const, at: NOW - 31 * DAY },
          { state: 'revoked' as const, at: NOW - DAY },
        ],
        certificates: [certificateOf(scene, first), certificateOf(scene, second)],
      }),
    ],
    keySets: [keySetOn(60), keySetOn(3)],
    statusLists: [listOn(29), listOn(12, { 7: 2 }), listOn(4, { 7: 1 }), listOn(1, { 7: 1, 9: 1 })],
  };

  it.each([
    [41, [], undefined],
    [35, ['stated'], 'submitted'],
    [28, ['stands'], 'attested'],
    [20, ['unproved'], 'attested'],
    [10, ['suspended'], 'attested'],
    [2, ['stands'], 'attested'],
    [0, ['revoked'], 'revoked'],
  ])('%i days ago it is what it was then', (days, codes, state) => {
    const verdict = verdictOf(scene, changes, NOW - days * DAY);
    expect(codesOf(verdict)).toEqual(codes);
    expect(verdict.report.entries[0]?.states.at(-1)?.state).toBe(state);
  });
});

describe('a report that was tampered with', () => {
  const scene = makeReportScene();
  const known = knows(scene.gateway);
  const report = reportOf(sourcesOf(scene));
  const file = fileOf(report, scene.device);

  function conclusionOf(text: string): string {
    try {
      return verify(text, known).conclusion;
    } catch (cause) {
      return (cause as { readonly problem: { readonly code: string } }).problem.code;
    }
  }

  it('at any byte is no longer genuine', () => {
    expect(conclusionOf(file)).toBe('genuine');
    for (let at = 0; at < file.length; at += 5) {
      const other = file[at] === '1' ? '2' : '1';
      const changed = file.slice(0, at) + other + file.slice(at + 1);
      expect(['genuine', 'compare_keys', 'incomplete']).not.toContain(conclusionOf(changed));
    }
  });

  it('by spelling it otherwise is no longer genuine', () => {
    const spelt = JSON.stringify(JSON.parse(file));
    const twice = file.replace('"subject"', '"subject": "Mallory",\n  "subject"');
    const escaped = file.replace('Example Ltd', '\\u0045xample Ltd');
    for (const text of [spelt, twice, escaped, `${file} `])
      expect(conclusionOf(text)).toBe('report_respelled');
  });

  it('and then sealed by somebody else is not taken for the registrant’s', () => {
    const mallory = makeKey();
    const verdict = verify(fileOf({ ...report, subject: 'Mallory Ltd' }, mallory), known);
    expect(verdict).toMatchObject({ conclusion: 'incomplete', seal: 'stranger' });
    expect(codesOf(verdict)).toEqual(['other_device']);
  });

  it('and sealed together with a registration of one’s own shows which is not', () => {
    const mallory = { gateway: scene.gateway, device: makeKey() };
    const sub = '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10';
    const own = registrationOf(mallory, {
      registration: sub,
      certificates: [certificateOf(mallory, { sub })],
    });
    const mixed = reportOf(sourcesOf(scene, { registrations: [registrationOf(scene), own] }));
    const verdict = verify(fileOf(mixed, mallory.device), known);
    expect(verdict).toMatchObject({ conclusion: 'incomplete', seal: 'device' });
    expect(codesOf(verdict)).toEqual(['other_device', 'stands']);
  });

  it('and stripped of its seal says that it has none', () => {
    const verdict = verify(fileOf({ ...report, subject: 'Mallory Ltd' }, null), known);
    expect(verdict).toMatchObject({ conclusion: 'incomplete', seal: 'none' });
  });

  it('to bring a stranger’s keys under a known name is not believed', () => {
    const stranger = { gateway: makeGateway(), device: scene.device };
    const verdict = verify(fileOf(reportOf(sourcesOf(stranger)), scene.device), known);
    expect(verdict).toMatchObject({
      conclusion: 'incomplete',
      operators: [{ trust: 'known', isContradicted: true }],
    });
    expect(codesOf(verdict)).toEqual(['unproved']);
  });

  it('to count one registration twice is found out', () => {
    const [entry] = report.entries;
    const entries = entry === undefined ? [] : [entry, entry];
    const verdict = verify(fileOf({ ...report, entries }, scene.device), known);
    expect(codesOf(verdict)).toEqual(['stands', 'not_genuine']);
  });

  it.each([
    ['report_malformed', 'hello'],
    ['report_malformed', '{"report":{"format":"other","version":1}}'],
    ['report_malformed', '{"report":{"format":"sanad-report","version":1}}'],
    ['report_version_unknown', '{"report":{"format":"sanad-report","version":2}}'],
  ])('so much that it is none is %s', (code, text) => expect(conclusionOf(text)).toBe(code));
});

describe('what the registrant states alone', () => {
  const scene = makeReportScene();
  const sub = '0b5f3a1e-8f0e-4b57-9a9e-6f1f6c1f2d55';
  const statementOf = (changes: Parameters<typeof declare>[2] = {}) => {
    const text = declare(scene.device, [makeEndpoint()], changes);
    return { text, claims: openDeclaration({ declaration: text, primitives: nodePrimitives }).claims };
  };
  const stated = (changes: Parameters<typeof declare>[2] = {}) => ({
    registrations: [],
    declarations: [{ registration: sub, label: 'home', statements: [statementOf(changes)] }],
  });

  it('is told as stated, never as confirmed, and makes no report all proved', () => {
    const verdict = verdictOf(scene, stated());
    expect(codesOf(verdict)).toEqual(['declared']);
    expect(verdict).toMatchObject({ conclusion: 'incomplete', seal: 'declarant', operators: [] });
    expect(verdict.entries[0]?.claims?.assurance).toBe('declared');
  });

  it('makes nobody the computer to which the certificates of others were given', () => {
    const mallory = { gateway: scene.gateway, device: makeKey() };
    const text = declare(mallory.device, [makeEndpoint()]);
    const claims = openDeclaration({ declaration: text, primitives: nodePrimitives }).claims;
    const declarations = [{ registration: claims.sub, label: 'own', statements: [{ text, claims }] }];
    const sources = sourcesOf(scene, { declarations });
    const verdict = verify(fileOf(reportOf(sources), mallory.device), knows(scene.gateway));
    expect(codesOf(verdict)).toEqual(['other_device', 'declared']);
    expect(verdict).toMatchObject({ conclusion: 'incomplete', seal: 'stranger' });
  });

  it('sealed by a key that stated nothing of it is a stranger’s', () => {
    const verdict = verify(fileOf(reportOf(sourcesOf(scene, stated())), makeKey()), nobody);
    expect(verdict.seal).toBe('stranger');
  });

  it('is not for a day before or after its days', () => {
    expect(codesOf(verdictOf(scene, stated(), NOW - DAY))).toEqual([]);
    expect(codesOf(verdictOf(scene, stated(), NOW + 100 * DAY))).toEqual(['declared_over']);
  });

  it('by another device, or filed under another registration, is said', () => {
    const mallory = fileOf(reportOf(sourcesOf(scene, stated())), makeKey());
    expect(codesOf(verify(mallory, nobody))).toEqual(['other_device']);
    const other = stated({ sub: '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10' });
    expect(codesOf(verdictOf(scene, other))).toEqual(['not_genuine']);
  });
});

describe('what a report brings as proof', () => {
  const scene = makeReportScene();
  const { gateway } = scene;
  const known = knows(gateway);
  const report = reportOf(sourcesOf(scene));

  it('of other keys under a known name is told, also where the registrations stand', () => {
    const anchors = [makeGateway(gateway.origin).anchor];
    const verdict = verify(fileOf({ ...report, anchors }, scene.device), known);
    expect(codesOf(verdict)).toEqual(['stands']);
    expect(verdict).toMatchObject({ conclusion: 'incomplete', operators: [{ isContradicted: true }] });
  });

  it('that its signer did not sign makes it not genuine, also sealed by the registrant', () => {
    const [list = ''] = report.status_lists;
    const letter = list.at(-10) === 'A' ? 'B' : 'A';
    const forged = `${list.slice(0, -10)}${letter}${list.slice(-9)}`;
    const verdict = verify(fileOf({ ...report, status_lists: [forged] }, scene.device), known);
    expect(verdict.conclusion).toBe('not_genuine');
    expect(verdict.faults).toMatchObject([{ code: 'status_list_signature_invalid' }]);
  });

  it('from after its moment says nothing about that moment', () => {
    const later = issueStatusList(gateway, { iat: NOW + DAY, statuses: { 7: 1 } });
    const both = { ...report, status_lists: [...report.status_lists, later] };
    expect(codesOf(verify(fileOf(both, scene.device), known))).toEqual(['stands']);
  });

  it('lacking for one gateway leaves its registrations unproved, not false', () => {
    const other = { gateway: makeGateway('https://other.test'), device: scene.device };
    const sub = '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10';
    const theirs = registrationOf(other, {
      registration: sub,
      certificates: [certificateOf(other, { sub })],
    });
    const anchors = [gateway.anchor, other.gateway.anchor];
    const sources = sourcesOf(scene, { registrations: [registrationOf(scene), theirs], anchors });
    const verdict = verify(fileOf(reportOf(sources), scene.device), knows(gateway, other.gateway));
    expect(codesOf(verdict)).toEqual(['stands', 'unproved']);
  });
});

describe('another gateway that this machine has joined', () => {
  const scene = makeReportScene();
  const { gateway } = scene;
  const ownSub = '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10';
  const other = { gateway: makeGateway('https://first-by-name.test'), device: scene.device };
  const theirs = registrationOf(other, {
    registration: ownSub,
    certificates: [certificateOf(other, { sub: ownSub })],
  });
  /** As an honest gateway's, with what the other one signs against it. The other's anchor comes first. */
  const reportWith = (changes: {
    readonly keySet?: Parameters<typeof issueKeySet>[1];
    readonly anchor?: Partial<TestGateway['anchor']>;
    /** In the file, whoever put them there. */
    readonly lists?: readonly string[];
  }) => {
    const honest = sourcesOf(scene);
    const hostile = sourcesOf(other, { registrations: [theirs] });
    const anchor = { ...other.gateway.anchor, ...changes.anchor };
    const keySet = issueKeySet(other.gateway, changes.keySet);
    const sources: ReportSources = {
      registrations: [...hostile.registrations, ...honest.registrations],
      anchors: [anchor, ...honest.anchors],
      keySets: [{ of: other.gateway.origin, issuedAt: NOW - DAY, text: keySet }, ...honest.keySets],
      statusLists: [...hostile.statusLists, ...honest.statusLists],
    };
    const composed = reportOf(sources);
    const report = { ...composed, status_lists: [...(changes.lists ?? []), ...composed.status_lists] };
    // The reporting machine is not the only one that may put files in another order.
    const turned = { ...report, entries: report.entries.toReversed() };
    const known = { anchors: [anchor, gateway.anchor], fingerprints: [] };
    return [report, turned].map((one) => verify(fileOf(one, scene.device), known));
  };
  const listed = keySetClaims(other.gateway).keys;
  const [, statusKey] = keySetClaims(gateway).keys;
  const shared = { ...listed[0], ...statusKey } as (typeof listed)[number];
  const inTheirName = issueStatusList(other.gateway, {
    ...{ sub: gateway.statusListUri, iat: NOW - 30, statuses: { 7: 1 } },
  });

  it.each([
    ['lists its status key', { keySet: { keys: [...listed, shared] } }],
    ['lists its root key', { anchor: { root_keys: [gateway.root.publicJwk, other.gateway.root.publicJwk] } }],
    [
      'signs a newer list under its address',
      {
        keySet: { status_origins: [gateway.origin] },
        lists: [inTheirName],
      },
    ],
    ['has signed a list under its address, and may no more', { lists: [inTheirName] }],
  ])('takes nothing from a report where it %s', (_, changes) => {
    for (const verdict of reportWith(changes)) {
      expect(verdict).toMatchObject({ conclusion: 'genuine', faults: [] });
      expect(codesOf(verdict)).toEqual(['stands', 'stands']);
    }
  });

  it('may have the same status key as the first: one operator has both', () => {
    const twin = { ...other.gateway, statusKey: gateway.statusKey };
    const list = issueStatusList(twin, { iat: NOW - 50 });
    for (const verdict of reportWith({ keySet: { keys: [...listed, shared] }, lists: [list] })) {
      expect(verdict).toMatchObject({ conclusion: 'genuine', faults: [] });
    }
  });

  it('does not fill up the places of a report', () => {
    const many = Array.from({ length: 80 }, (_, number) => {
      const sub = `0f8fad5b-d9cb-469f-a165-${String(number).padStart(12, '0')}`;
      const uri = `${other.gateway.origin}/list/${number}`;
      const certificates = [certificateOf(other, { sub, status: { status_list: { idx: 7, uri } } })];
      const text = issueStatusList(other.gateway, { sub: uri });
      const list = { of: listName(other.gateway.origin, uri), issuedAt: NOW - 60, text };
      return { registration: registrationOf(other, { registration: sub, certificates }), list };
    });
    const honest = sourcesOf(scene, {
      registrations: [
        registrationOf(scene, {
          registration: ownSub,
          certificates: [certificateOf(scene, { sub: ownSub })],
        }),
      ],
    });
    const report = reportOf({
      registrations: [...many.map(({ registration }) => registration), ...honest.registrations],
      anchors: [other.gateway.anchor, ...honest.anchors],
      keySets: [
        { of: other.gateway.origin, issuedAt: NOW - DAY, text: issueKeySet(other.gateway) },
        ...honest.keySets,
      ],
      statusLists: [...many.map(({ list }) => list), ...honest.statusLists],
    });
    const verdict = verify(fileOf(report, scene.device), knows(gateway, other.gateway));
    const own = verdict.entries.find(({ entry }) => entry.registration === ownSub);
    expect(own?.code).toBe('stands');
    expect(verdict.faults).toEqual([]);
  });
});
