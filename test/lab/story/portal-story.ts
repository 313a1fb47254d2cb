import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import type { Language } from '#shared/text/language.ts';
import { FREELANCER_FIELDS } from '#test/gateway/application-fields.ts';
import { pdfOf, pngOf } from '#test/shared/document/samples.ts';
import { administrator, startPerson, type Answer, type Person } from '../client.ts';
import { asAdministrator, type Lab } from '../lab.ts';
import { addresses } from '../network.ts';
import { clientConf } from '../peer.ts';
import { until } from '../process.ts';
import { LAB, uidOf, writeFor } from '../system.ts';
import { fileByHand, startPortal, type Portal } from './portal.ts';
import { blockedCause, describe } from './answer.ts';
import { expectSeen, type Teller } from './teller.ts';

interface Scene {
  readonly lab: Lab;
  readonly alice: Person;
  readonly tell: Teller;
  readonly language: Language;
}

const HOME = `${LAB}/home/alice`;
const MANAGED = '/etc/sanad/policy.d/90-managed.json';
const STATED = 'stated by you, confirmed by nobody';

/** No registration office at all: filed at the authority's portal, decided there, and stated by the person. */
export async function playPortalStory(lab: Lab, tell: Teller, language: Language): Promise<void> {
  const alice = await startPerson('alice');
  try {
    await play({ lab, alice, tell, language });
  } finally {
    await alice.keychain.stop();
  }
}

async function play(scene: Scene): Promise<void> {
  const { lab, tell } = scene;
  await tell.step('no registration office', async () => {
    await asAdministrator('user', 'enable', String(uidOf('alice')));
    writeFor('alice', `${HOME}/office.conf`, clientConf(lab.keys, { dns: false }));
    return 'alice may use Sanad; this machine has joined no registration office';
  });
  const portal = await startPortal();
  await prepare(scene);
  const reference = await file(scene, portal);
  await state(scene, { portal, reference });
  await accept(scene);
  await connect(scene);
  await forbid(scene);
}

/** Answers in a file, as whoever registers many does it. */
async function prepare({ alice, tell, language }: Scene): Promise<void> {
  await tell.step('made ready for the portal', async () => {
    writeFor('alice', `${HOME}/front.png`, pngOf(640, 400));
    writeFor('alice', `${HOME}/back.png`, pngOf(641, 400));
    writeFor('alice', `${HOME}/letter.pdf`, pdfOf('a client says so'));
    const answers = {
      ...{ tunnel: './office.conf', channel: 'portal', route: 'B', category: 'freelancer' },
      fields: FREELANCER_FIELDS,
      documents: { cnic_front: './front.png', cnic_back: './back.png', letter: './letter.pdf' },
      ...{ declaration: true, consent: true },
    };
    writeFor('alice', `${HOME}/answers.json`, JSON.stringify(answers));
    const words = ['register', '--answers', `${HOME}/answers.json`, '--language', language];
    const { code, answer } = await alice.json(...words);
    expectSeen(code === 0, describe(code, answer));
    const made = await alice.json('dossier', 'make', '--out', `${HOME}/dossier`, '--language', language);
    expectSeen(made.code === 0, describe(made.code, made.answer));
    const files = readdirSync(`${HOME}/dossier`);
    expectSeen(
      files.some((name) => name.endsWith('.pdf')),
      `files: ${files.join(', ')}`,
    );
    return `nothing was sent; the dossier lies in ${files.length} files: ${files.join(', ')}`;
  });
}

async function file({ alice, tell, language }: Scene, portal: Portal): Promise<string> {
  let reference = '';
  await tell.step('filed at the portal', async () => {
    const filed = await fileByHand({ alice, portal, language, on: '2026-11-20' });
    reference = filed.reference;
    const there = Object.values((await portal.look(reference)).form);
    expectSeen(there.includes(FREELANCER_FIELDS.purpose), JSON.stringify(there));
    return `${filed.fields} fields copied into the portal’s form (a stand-in); it runs there as ${reference}`;
  });
  return reference;
}

async function state(
  { alice, tell }: Scene,
  { portal, reference }: { readonly portal: Portal; readonly reference: string },
): Promise<void> {
  await tell.step('decided and stated', async () => {
    await portal.decide(reference);
    const { state: decided } = await portal.look(reference);
    expectSeen(decided === 'registered', `at the portal it is ${decided}`);
    writeFor('alice', `${HOME}/decision.pdf`, pdfOf('decided'));
    const words = ['--decided-on', '2026-11-24', '--evidence', `${HOME}/decision.pdf`, '--consent'];
    const { code, answer } = await alice.json('dossier', 'decision', ...words);
    expectSeen(code === 0, describe(code, answer));
    const plain = spawnSync('grep', ['-rl', reference, `${HOME}/.config`], { encoding: 'utf8' }).stdout;
    expectSeen(plain === '', `the number lies unencrypted in ${plain}`);
    return 'the decision is stated and signed on this computer; nothing was sent anywhere, and the number lies encrypted';
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
