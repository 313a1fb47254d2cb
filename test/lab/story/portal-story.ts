import { chmodSync, writeFileSync } from 'node:fs';
import type { Language } from '#shared/text/language.ts';
import { pdfOf } from '#test/shared/document/samples.ts';
import { administrator, startPerson, type Answer, type Person } from '../client.ts';
import { asAdministrator, type Lab } from '../lab.ts';
import { addresses } from '../network.ts';
import { clientConf } from '../peer.ts';
import { until } from '../process.ts';
import { LAB, uidOf, writeFor } from '../system.ts';
import { expectSeen, type Teller } from './teller.ts';

interface Scene {
  readonly lab: Lab;
  readonly alice: Person;
  readonly tell: Teller;
}

const HOME = `${LAB}/home/alice`;
const MANAGED = '/etc/sanad/policy.d/90-managed.json';
const STATED = 'stated by you, confirmed by nobody';

/** No registration office at all: filed at the authority's portal, decided there, and stated by the person. */
export async function playPortalStory(lab: Lab, tell: Teller, language: Language): Promise<void> {
  const alice = await startPerson('alice');
  try {
    await play({ lab, alice, tell }, language);
  } finally {
    await alice.keychain.stop();
  }
}

async function play(scene: Scene, _language: Language): Promise<void> {
  const { lab, tell, alice } = scene;
  await tell.step('no registration office', async () => {
    await asAdministrator('user', 'enable', String(uidOf('alice')));
    writeFor('alice', `${HOME}/office.conf`, clientConf(lab.keys, { dns: false }));
    const { code, answer } = await alice.json('import', `${HOME}/office.conf`);
    expectSeen(code === 0, describe(code, answer));
    return 'alice may use Sanad; this machine has joined no registration office';
  });
  await state(scene);
  await accept(scene);
  await connect(scene);
  await forbid(scene);
}

async function state({ alice, tell }: Scene): Promise<void> {
  await tell.step('stated', async () => {
    writeFor('alice', `${HOME}/decision.pdf`, pdfOf('decided'));
    writeFor('alice', `${HOME}/reference.txt`, 'R-2026-0417\n');
    const { code, answer } = await alice.json(
      ...['registration', 'declare', 'office', '--authority-profile', 'pk-pta@1', '--route', 'B'],
      ...['--category', 'freelancer', '--decided-on', '2026-11-20', '--yes'],
      ...['--reference-file', `${HOME}/reference.txt`, '--evidence', `${HOME}/decision.pdf`],
    );
    const refusal = answer['refusal'] as { readonly code: string } | null;
    expectSeen(code === 0 && refusal?.code === 'declaration_not_accepted', describe(code, answer));
    return 'the decision is stated and signed on this computer; nothing was sent anywhere';
  });
  await tell.step('refused at first', async () => {
    const { code, answer } = await alice.json('connect', 'office');
    const { problem } = answer;
    expectSeen(code === 4 && problem?.code === 'declaration_not_accepted', describe(code, answer));
    return `exit code 4: ${problem?.reason}\nNext: ${problem?.nextAction}`;
  });
}

async function accept({ alice, tell }: Scene): Promise<void> {
  await tell.step('accepted by the administrator', async () => {
    const own = await alice.json('policy', 'accept', 'declared', '--yes');
    expectSeen(own.answer.problem?.code === 'administrator_only', describe(own.code, own.answer));
    await asAdministrator('policy', 'accept', 'declared', '--yes');
    return 'not by alice, who may not; by the administrator, once, recorded with the time';
  });
}

async function connect({ alice, tell }: Scene): Promise<void> {
  await tell.step('connected', async () => {
    const { code, answer } = await alice.json('connect', 'office');
    expectSeen(code === 0, describe(code, answer));
    const from = await alice.probe('http', addresses.site);
    expectSeen(from === addresses.peer, `the request arrived from ${String(from)}`);
    return `a request arrived from the VPN server’s address ${addresses.peer}`;
  });
  await tell.step('labelled everywhere', async () => {
    for (const words of [['status'], ['list'], ['show', 'office']]) {
      const { stdout } = await alice.sanad(words);
      expectSeen(stdout.includes(STATED), `sanad ${words.join(' ')}: ${stdout}`);
    }
    return `status, list and show say: ${STATED}`;
  });
}

async function forbid({ lab, alice, tell }: Scene): Promise<void> {
  await tell.step('forbidden by a managed policy', async () => {
    writeFileSync(MANAGED, JSON.stringify({ accepted_assurances: ['attested'] }));
    chmodSync(MANAGED, 0o644);
    // As systemd's reload does.
    process.kill(lab.services.daemon.pid, 'SIGHUP');
    let cause: string | undefined;
    await until('the tunnel down', async () => {
      cause = blockedCause((await alice.json('status')).answer);
      return cause !== undefined;
    });
    expectSeen(cause === 'declaration_not_accepted', `blocked because of ${cause}`);
    expectSeen((await alice.probe('http', addresses.site)) === null, 'a request was answered');
    const again = await administrator('policy', 'accept', 'declared', '--yes', '--json');
    expectSeen(again.code !== 0, `accepted against the managed policy: ${again.stdout}`);
    return `the tunnel is down and the internet blocked; accepting it anew is refused: ${
      (JSON.parse(again.stdout) as Answer).problem?.reason ?? ''
    }`;
  });
  await tell.step('on without a tunnel', async () => {
    const { code, answer } = await alice.json('disconnect');
    expectSeen(code === 0, describe(code, answer));
    const from = await alice.probe('http', addresses.site);
    expectSeen(from === addresses.client, `the request arrived from ${String(from)}`);
    return 'alice chose to go on without protection';
  });
}

const describe = (code: number | null, answer: Answer): string =>
  `exit code ${code}: ${JSON.stringify(answer)}`;

function blockedCause(answer: Answer): string | undefined {
  const status = answer['status'] as
    { readonly state: { readonly kind: string; readonly cause?: { readonly code: string } } } | undefined;
  return status?.state.kind === 'blocked' ? status.state.cause?.code : undefined;
}
