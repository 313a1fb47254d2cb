import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrator, startPerson, type Answer, type Person } from '#test/lab/client.ts';
import { capture, outsideTunnelAndFetcher } from '#test/lab/capture.ts';
import { insideLab } from '#test/lab/enter.ts';
import { asAdministrator, createLab, type Lab } from '#test/lab/lab.ts';
import { addresses, inHost } from '#test/lab/network.ts';
import { clientConf } from '#test/lab/peer.ts';
import { until } from '#test/lab/process.ts';
import { LAB, logOf, uidOf, writeFor } from '#test/lab/system.ts';

const OWN = '/etc/sanad/policy.d/50-accepted-assurance.json';
const MANAGED = '/etc/sanad/policy.d/90-managed.json';
const DECLARE = [
  ...['registration', 'declare', 'office', '--authority-profile', 'pk-pta@1', '--route', 'A'],
  ...['--category', 'company', '--decided-on', '2026-11-20'],
];
const REFERENCE = 'PTA/VPN/2026/0417';
/** Whatever goes from the client to the VPN server: WireGuard's first packet is one. */
const TO_PEER = `src host ${addresses.client} and udp and dst host ${addresses.peer} and dst port 51820`;

let lab: Lab;
let alice: Person;

interface Status {
  readonly state: {
    readonly kind: string;
    readonly registration?: { readonly assurance: string; readonly issuer: string } | null;
    readonly cause?: { readonly code: string };
  };
  readonly firewall: string;
}

const statusIn = (answer: Answer): Status => answer['status'] as Status;
const status = async (): Promise<Status> => statusIn((await alice.json('status')).answer);
const tables = (): string => inHost('client', 'nft', ['list', 'tables']);

/** An office's policy comes in by itself, and systemd tells the service to read it. */
function manage(content: object): void {
  writeFileSync(MANAGED, JSON.stringify(content));
  chmodSync(MANAGED, 0o644);
  process.kill(lab.services.daemon.pid, 'SIGHUP');
}

describe.skipIf(!insideLab())('a registration that its user alone states, on real parts', () => {
  beforeAll(async () => {
    lab = await createLab();
    // No gateway is joined on this machine, now or later.
    await asAdministrator('user', 'enable', String(uidOf('alice')));
    alice = await startPerson('alice');
    writeFor('alice', `${LAB}/home/alice/office.conf`, clientConf(lab.keys, {}));
    writeFor('alice', `${LAB}/home/alice/reference.txt`, `${REFERENCE}\n`);
  });
  afterAll(async () => {
    await alice.keychain.stop();
    await lab.close();
  });

  it('is stated and kept in the real keychain, and opens nothing: no packet goes to the VPN server', async () => {
    expect((await alice.json('import', `${LAB}/home/alice/office.conf`)).code).toBe(0);
    const reference = ['--reference-file', `${LAB}/home/alice/reference.txt`];
    const stated = await alice.json(...DECLARE, ...reference, '--yes');
    expect(stated.code).toBe(0);
    expect(stated.answer['refusal']).toMatchObject({ code: 'declaration_not_accepted' });
    const watch = await capture('router', 'c0', 'refused');
    const { code, answer } = await alice.json('connect', 'office');
    expect([code, answer.problem?.code]).toEqual([4, 'declaration_not_accepted']);
    expect(answer.problem?.nextAction).toContain('sudo sanad policy accept declared');
    // A packet that is seen shows that the capture looks.
    await alice.probe('http', addresses.site);
    const packets = await watch.stop(`src host ${addresses.client}`);
    expect(packets.length).toBeGreaterThan(0);
    expect(packets.filter((line) => line.includes(`${addresses.peer}.51820`))).toEqual([]);
    expect(tables()).not.toContain('inet sanad');
    expect(logOf('sanadd')).not.toContain(REFERENCE);
  });

  it('cannot be accepted by the user, but by the administrator, whose act is recorded as root’s file', async () => {
    expect((await alice.json('policy', 'accept', 'declared', '--yes')).answer.problem?.code).toBe(
      'administrator_only',
    );
    const accepted = await administrator('policy', 'accept', 'declared', '--yes', '--json');
    expect(JSON.parse(accepted.stdout)).toMatchObject({ ok: true, changed: true, file: OWN, daemon: null });
    expect(statSync(OWN)).toMatchObject({ uid: 0, gid: 0 });
    expect(statSync(OWN).mode & 0o777).toBe(0o644);
    expect(JSON.parse(readFileSync(OWN, 'utf8'))).toMatchObject({
      also_accepted_assurances: ['declared'],
      recorded_acts: [{ act: 'accept', assurance: 'declared' }],
    });
    const { answer } = await alice.json('policy', 'show');
    expect(answer).toMatchObject({ source: 'service', problem: null, outdated: false });
    expect(answer['keys']).toMatchObject([
      { value: ['attested', 'exempt', 'declared'], origin: { file: '50-accepted-assurance.json' } },
      {},
      {},
      {},
    ]);
  });

  it('then brings the tunnel up, and everybody can see whose word it is', async () => {
    const watch = await capture('router', 'c0', 'accepted');
    const { code, answer } = await alice.json('connect', 'office');
    expect([code, answer.problem]).toEqual([0, undefined]);
    expect(statusIn(answer)).toMatchObject({
      state: {
        kind: 'connected',
        registration: {
          assurance: 'declared',
          issuer: expect.stringContaining('urn:ietf:params:oauth:jwk-thumbprint:sha-256:') as string,
        },
      },
      firewall: 'closed',
    });
    expect(await alice.probe('http', addresses.site)).toBe(addresses.peer);
    expect((await watch.stop(TO_PEER)).length).toBeGreaterThan(0);
    for (const words of [['status'], ['list'], ['show', 'office']]) {
      expect((await alice.sanad(words)).stdout).toContain('stated by you, confirmed by nobody');
    }
    const examined = await alice.json('doctor');
    const found = examined.answer['checks'] as readonly { readonly code: string; readonly state: string }[];
    expect(found.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['registration_stated', 'gateway_not_needed', 'keychain_readable']),
    );
    expect(found.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(examined.code).toBe(0);
  });

  it('stated again goes on in the running tunnel', async () => {
    const again = await alice.json('registration', 'declare', 'office', '--again', '--yes');
    expect(again.answer).toMatchObject({ refusal: null, handedTo: 'office' });
    expect((await status()).state.kind).toBe('connected');
  });

  it('survives the service’s end no more than any other: blocked, and up again with the same statement', async () => {
    await lab.services.killDaemon();
    await lab.services.startDaemon();
    expect(await status()).toMatchObject({ state: { kind: 'blocked' }, firewall: 'closed' });
    expect((await alice.json('connect', 'office')).code).toBe(0);
  });

  it('is blocked in the running tunnel by a managed policy that comes later, and nothing leaves', async () => {
    manage({ accepted_assurances: ['attested', 'exempt'] });
    await until('the tunnel blocked', async () => (await status()).state.kind === 'blocked');
    expect(await status()).toMatchObject({
      state: { cause: { code: 'declaration_not_accepted' } },
      firewall: 'closed',
    });
    const watch = await capture('router', 'c0', 'forbidden');
    await alice.probe('flood', '2', addresses.site, addresses.peer);
    const { answer } = await alice.json('connect', 'office');
    expect(answer.problem?.code).toBe('declaration_not_accepted');
    expect(await watch.stop(outsideTunnelAndFetcher)).toEqual([]);
  });

  it('cannot be accepted against that policy: its file is named, and nothing is written', async () => {
    expect((await administrator('policy', 'refuse', 'declared', '--yes')).code).toBe(0);
    const before = readFileSync(OWN, 'utf8');
    const { code, stdout } = await administrator('policy', 'accept', 'declared', '--yes', '--json');
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({
      problem: { code: 'assurance_forbidden', reason: expect.stringContaining('90-managed.json') as string },
    });
    expect(readFileSync(OWN, 'utf8')).toBe(before);
  });

  it('with the managed policy gone and the act repeated comes up again; taken back it leaves nothing', async () => {
    rmSync(MANAGED);
    expect((await administrator('policy', 'accept', 'declared', '--yes')).code).toBe(0);
    expect((await alice.json('connect', 'office')).code).toBe(0);
    expect((await alice.json('disconnect')).code).toBe(0);
    expect((await alice.json('registration', 'declare', 'office', '--take-back', '--yes')).code).toBe(0);
    expect((await alice.json('connect', 'office')).answer.problem?.code).toBe('unregistered');
  });
});
