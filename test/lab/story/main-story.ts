import { existsSync, readFileSync } from 'node:fs';
import { capture, outsideTunnel, outsideTunnelAndFetcher } from '../capture.ts';
import type { Person } from '../client.ts';
import type { Lab } from '../lab.ts';
import { addresses, inHost } from '../network.ts';
import { clientConf } from '../peer.ts';
import { until } from '../process.ts';
import { LAB, logOf, writeFor } from '../system.ts';
import { ATTEST, REGISTER } from './registered.ts';
import { blockedCause, describe } from './answer.ts';
import { expectSeen, type Teller } from './teller.ts';

/** The sentinel a hook of the imported file would make, were hooks ever run. */
const SENTINEL = '/run/lab/tmp/hook-ran';
/** From the list's refresh to the tunnel's end. */
const DOWN_WITHIN_MILLISECONDS = 2000;

interface Scene {
  readonly lab: Lab;
  readonly alice: Person;
  readonly tell: Teller;
}

/** No registration, no tunnel: the main job from import to revocation. */
export async function playMainStory(lab: Lab, tell: Teller): Promise<void> {
  let alice: Person | undefined;
  await tell.step('join', async () => {
    alice = await lab.admit('alice');
    return `the administrator confirmed ${lab.gateway.origin} and enabled alice`;
  });
  if (alice === undefined) throw new Error('alice was not admitted');
  const scene: Scene = { lab, alice, tell };
  await importTunnel(scene);
  await refuseUnregistered(scene);
  const id = await register(scene);
  await attest(scene, id);
  await connect(scene);
  await useTunnel(scene);
  await surviveKill(scene);
  await workWhileClosed(scene);
  await revoke(scene, id);
  await goOn(scene);
}

async function importTunnel({ lab, alice, tell }: Scene): Promise<void> {
  await tell.step('import', async () => {
    const file = `${LAB}/home/alice/office.conf`;
    writeFor('alice', file, clientConf(lab.keys, { hooks: `PostUp = touch ${SENTINEL}` }));
    const { code, answer } = await alice.json('import', file);
    expectSeen(code === 0, describe(code, answer));
    const dropped = answer['dropped'] as readonly { line: number; key: string; reason: string }[];
    const [hook] = dropped;
    expectSeen(hook?.key === 'PostUp', `the hook was not reported: ${JSON.stringify(dropped)}`);
    return `tunnel "office" imported; left out: line ${hook?.line}, ${hook?.key}. ${hook?.reason}`;
  });
}

async function refuseUnregistered({ alice, tell }: Scene): Promise<void> {
  await tell.step('refused', async () => {
    const { code, answer } = await alice.json('connect', 'office');
    expectSeen(code === 4 && answer.problem?.code === 'unregistered', describe(code, answer));
    expectSeen(!tableExists(), 'the firewall changed although the connection was refused');
    return `exit code 4, unregistered: ${answer.problem?.reason}\nNext: ${answer.problem?.nextAction}`;
  });
}

async function register({ alice, tell }: Scene): Promise<string> {
  let id = '';
  await tell.step('submitted', async () => {
    const { code, answer } = await alice.json('register', 'office', ...REGISTER);
    const registration = answer['registration'] as
      { readonly id: string; readonly state: string } | undefined;
    expectSeen(code === 0 && registration?.state === 'submitted', describe(code, answer));
    id = registration?.id ?? '';
    const again = await alice.json('connect', 'office');
    expectSeen(again.code === 4, `submitted, and still: ${describe(again.code, again.answer)}`);
    return `case ${id} is submitted; connecting is still refused (${again.answer.problem?.code})`;
  });
  return id;
}

async function attest({ lab, alice, tell }: Scene, id: string): Promise<void> {
  await tell.step('attested', async () => {
    const decided = await lab.gateway.review('attest', id, ...ATTEST);
    expectSeen(decided.code === 0, `${decided.stdout}${decided.stderr}`);
    const { code, answer } = await alice.json('registration', 'show', 'office');
    const registration = answer['registration'] as { readonly state: string } | undefined;
    expectSeen(code === 0 && registration?.state === 'attested', describe(code, answer));
    return 'a reviewer attested the decision with a signed statement; the certificate arrived';
  });
}

async function connect({ alice, tell }: Scene): Promise<void> {
  await tell.step('connected', async () => {
    const { code, answer } = await alice.json('connect', 'office');
    expectSeen(code === 0, describe(code, answer));
    expectSeen(!existsSync(SENTINEL), 'a hook of the imported file ran');
    return `tunnel up through ${userspace() ? 'wireguard-go' : 'the kernel'}, firewall closed, no hook ran`;
  });
}

async function useTunnel({ lab, alice, tell }: Scene): Promise<void> {
  await tell.step('through the tunnel', async () => {
    const four = await alice.probe('http', addresses.site);
    const six = await alice.probe('http', addresses.tunnelPeer6);
    expectSeen(four === addresses.peer, `the request arrived from ${String(four)}`);
    expectSeen(six === addresses.tunnelClient6, `over IPv6 the request arrived from ${String(six)}`);
    return `an HTTP request arrived from the peer’s address ${String(four)}; IPv6 inside: ${String(six)}`;
  });
  await tell.step('dropped outside', async () => {
    const watch = await capture('router', 'c0', 'outside');
    const bound = await lab.outsideRequest(addresses.site);
    const leaked = await watch.stop(outsideTunnel);
    expectSeen(bound.code !== 0, 'a request bound to eth0 was answered');
    expectSeen(leaked.length === 0, `packets outside the tunnel:\n${leaked.slice(0, 5).join('\n')}`);
    return 'a request bound to eth0 got no answer; the router saw 0 packets outside the tunnel';
  });
  await tell.step('names inside only', async () => {
    const inside = await alice.probe('txt', 'who.test');
    const before = countQueries('router-dns', 'who.test');
    const outside = await alice.probe('txt', 'who.test', addresses.outsideResolver);
    expectSeen(inside === 'inside', `who.test was answered by: ${String(inside)}`);
    expectSeen(outside === null || outside === 'inside', `the outside resolver answered ${String(outside)}`);
    expectSeen(countQueries('router-dns', 'who.test') === before, 'the outside resolver saw the question');
    return 'the tunnel’s resolver answers; the one outside got no question';
  });
  await tell.step('status', async () => {
    const { code, answer } = await alice.json('status');
    const status = answer['status'] as { readonly state: { readonly kind: string } } | undefined;
    expectSeen(code === 0 && status?.state.kind === 'connected', describe(code, answer));
    const { code: refreshed, answer: lists } = await alice.json('refresh');
    expectSeen(refreshed === 0, describe(refreshed, lists));
    return 'connected; the status list was fetched through the tunnel and the registration is valid';
  });
}

async function surviveKill({ lab, alice, tell }: Scene): Promise<void> {
  await tell.step('kill -9 stays closed', async () => {
    const watch = await capture('router', 'c0', 'killed');
    await lab.services.killDaemon();
    const request = await alice.probe('http', addresses.site);
    await lab.services.startDaemon();
    const { answer } = await alice.json('status');
    const leaked = await watch.stop(outsideTunnelAndFetcher);
    const cause = blockedCause(answer);
    expectSeen(request === null, `a request was answered with ${String(request)}`);
    expectSeen(cause === 'needs_credentials', `after the restart: ${JSON.stringify(answer['status'])}`);
    expectSeen(leaked.length === 0, `packets outside:\n${leaked.slice(0, 5).join('\n')}`);
    return 'daemon killed and restarted: blocked (needs_credentials), 0 packets outside the tunnel';
  });
}

async function workWhileClosed({ lab, alice, tell }: Scene): Promise<void> {
  await tell.step('register and refresh while closed', async () => {
    const watch = await capture('router', 'c0', 'closed');
    const file = `${LAB}/home/alice/second.conf`;
    writeFor('alice', file, clientConf(lab.keys, { endpoint: 'vpn.test:51820' }));
    const imported = await alice.json('import', file);
    expectSeen(imported.code === 0, describe(imported.code, imported.answer));
    const submitted = await alice.json('register', 'second', ...REGISTER);
    expectSeen(submitted.code === 0, describe(submitted.code, submitted.answer));
    const refreshed = await alice.json('refresh');
    expectSeen(refreshed.code === 0, describe(refreshed.code, refreshed.answer));
    const request = await alice.probe('http', addresses.site);
    expectSeen(request === null, 'an ordinary request went out while closed');
    const leaked = await watch.stop(outsideTunnelAndFetcher);
    expectSeen(leaked.length === 0, `packets outside:\n${leaked.slice(0, 5).join('\n')}`);
    return 'a case was submitted and the status list fetched through the fetcher; nothing else went out';
  });
  await tell.step('connected again', async () => {
    const { code, answer } = await alice.json('connect', 'office');
    expectSeen(code === 0, describe(code, answer));
    return 'from blocked straight to connected';
  });
}

async function revoke({ lab, alice, tell }: Scene, id: string): Promise<void> {
  await tell.step('revoked', async () => {
    const watch = await capture('router', 'c0', 'revoked');
    const decided = await lab.gateway.review('revoke', id, '--note', 'the authority withdrew its decision');
    expectSeen(decided.code === 0, `${decided.stdout}${decided.stderr}`);
    const refreshed = performance.now();
    const { code, answer } = await alice.json('refresh');
    expectSeen(code === 0, describe(code, answer));
    let cause: string | undefined;
    await until('the tunnel down', async () => {
      cause = blockedCause((await alice.json('status')).answer);
      return cause !== undefined;
    });
    const took = Math.round(performance.now() - refreshed);
    const request = await alice.probe('http', addresses.site);
    const leaked = await watch.stop(outsideTunnelAndFetcher);
    expectSeen(cause === 'registration_revoked', `blocked because of ${cause}`);
    expectSeen(took <= DOWN_WITHIN_MILLISECONDS, `the tunnel was down only after ${took} ms`);
    expectSeen(request === null, `a request was answered with ${String(request)}`);
    expectSeen(leaked.length === 0, `packets outside:\n${leaked.slice(0, 5).join('\n')}`);
    return `tunnel down ${took} ms after the refresh was asked for; blocked (${cause}); 0 packets leaked`;
  });
}

async function goOn({ alice, tell }: Scene): Promise<void> {
  await tell.step('refused after revocation', async () => {
    const { code, answer } = await alice.json('connect', 'office');
    expectSeen(code === 4 && answer.problem?.code === 'registration_revoked', describe(code, answer));
    return `exit code 4, registration_revoked. Next: ${answer.problem?.nextAction}`;
  });
  await tell.step('on without a tunnel', async () => {
    const { code, answer } = await alice.json('disconnect');
    expectSeen(code === 0, describe(code, answer));
    const request = await alice.probe('http', addresses.site);
    expectSeen(request === addresses.client, `the request arrived from ${String(request)}`);
    expectSeen(!tableExists(), 'the firewall table is still there');
    const rules = inHost('client', 'ip', ['rule']) + inHost('client', 'ip', ['-6', 'rule']);
    expectSeen(!rules.includes('5210:'), `rules left behind:\n${rules}`);
    expectSeen(
      !readFileSync('/run/resolvconf/resolv.conf', 'utf8').includes(addresses.tunnelPeer),
      'DNS left',
    );
    return `alice chose to go on without protection: requests arrive from ${String(request)}; nothing left behind`;
  });
}

const tableExists = (): boolean => inHost('client', 'nft', ['list', 'tables']).includes('inet sanad');
const userspace = (): boolean => existsSync('/run/wireguard/sanad0.sock');
const countQueries = (log: string, name: string): number =>
  logOf(log)
    .split('\n')
    .filter((line) => line.includes('query[') && line.includes(name)).length;
