import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CaseView, RegistrationView } from '#shared/contract/gateway-contract.ts';
import type { Language } from '#shared/text/language.ts';
import { pdfOf, pngOf } from '#test/shared/document/samples.ts';
import type { Answer, Person } from '../client.ts';
import type { Lab } from '../lab.ts';
import { addresses } from '../network.ts';
import { clientConf } from '../peer.ts';
import { LAB, writeFor } from '../system.ts';
import { ATTEST } from './registered.ts';
import { fileByHand, startPortal, type Portal } from './portal.ts';
import { describe } from './answer.ts';
import { expectSeen, type Teller } from './teller.ts';

interface Scene {
  readonly lab: Lab;
  readonly alice: Person;
  readonly tell: Teller;
  readonly language: Language;
}

const HOME = `${LAB}/home/alice`;
const MOST_QUESTIONS = 14;

/** What she is called, and her numbers as she writes them: in Urdu with the digits of Urdu. */
const said = {
  en: {
    name: 'Ayesha Khan',
    cnic: '35202-1234567-8',
    client: 'Example Ltd',
    mobile: '0300-1234567',
    purpose: 'Remote work for a software client abroad',
    answer: 'Example Ltd in London; the letter is from them.',
    newMobile: '0345-7654321',
  },
  ur: {
    name: 'عائشہ خان',
    cnic: '۳۵۲۰۲-۱۲۳۴۵۶۷-۸',
    client: 'ایگزیمپل لمیٹڈ',
    mobile: '۰۳۰۰-۱۲۳۴۵۶۷',
    purpose: 'بیرونِ ملک سافٹ ویئر کلائنٹ کے لیے گھر سے کام',
    answer: 'لندن کی ایگزیمپل لمیٹڈ؛ خط انہی کا ہے۔',
    newMobile: '۰۳۴۵-۷۶۵۴۳۲۱',
  },
} as const;
const CNIC = '3520212345678';
const MOBILE = '+923001234567';
const NEW_MOBILE = '+923457654321';

/** A freelancer who has never heard of any of this: from a file to connected, and a changed SIM. */
export async function playFreelancerStory(lab: Lab, tell: Teller, language: Language): Promise<void> {
  let alice: Person | undefined;
  await tell.step('join', async () => {
    alice = await lab.admit('alice');
    return `the administrator confirmed ${lab.gateway.origin} and enabled alice`;
  });
  if (alice === undefined) throw new Error('alice was not admitted');
  const scene: Scene = { lab, alice, tell, language };
  const id = await fromNothingToSubmitted(scene);
  await lookAsReviewer(scene, id);
  const { portal, reference } = await fileAtPortal(scene, id);
  await beAsked(scene, id);
  await beDecided(scene, { id, portal, reference });
  await connect(scene);
  await changeSim(scene, id);
}

async function fromNothingToSubmitted(scene: Scene): Promise<string> {
  const { lab, alice, tell, language } = scene;
  let id = '';
  await tell.step('from nothing to submitted', async () => {
    writeFor('alice', `${HOME}/office.conf`, clientConf(lab.keys));
    writeFor('alice', `${HOME}/front.png`, pngOf(640, 400));
    writeFor('alice', `${HOME}/back.png`, pngOf(641, 400));
    writeFor('alice', `${HOME}/letter.pdf`, pdfOf('a client says so'));
    const words = ['register', '--language', language, '--json'];
    const { code, stdout, stderr } = await alice.sanad(words, { input: linesOf(language) });
    const answer = JSON.parse(stdout) as { questions?: number; registration?: RegistrationView };
    expectSeen(code === 0, `exit code ${code}: ${stdout}${stderr}`);
    const { questions = 0, registration } = answer;
    expectSeen(registration?.state === 'submitted', stdout);
    expectSeen(questions > 0 && questions <= MOST_QUESTIONS, `${questions} questions`);
    expectSeen(language === 'en' || /[\u0600-\u06FF]/.test(stderr), 'the questions were not in Urdu');
    const { fields = {}, documents = [] } = registration ?? {};
    expectSeen(fields['cnic'] === CNIC && fields['mobile_number'] === MOBILE, JSON.stringify(fields));
    expectSeen(fields['full_name'] === said[language].name, JSON.stringify(fields));
    expectSeen(documents.length === 3, JSON.stringify(documents));
    id = registration?.id ?? '';
    return `${questions} questions, "${said[language].cnic}" kept as ${CNIC}; case ${id} is submitted with 3 documents`;
  });
  await tell.step('refused meanwhile', async () => {
    const { code, answer } = await alice.json('connect', 'office');
    expectSeen(code === 4 && answer.problem?.code === 'unregistered', describe(code, answer));
    return `exit code 4: ${answer.problem?.reason}`;
  });
  return id;
}

/** The file, to whom, three about the way, five fields, two kinds of files, twice yes. */
function linesOf(language: Language): string {
  const { name, cnic, client, mobile, purpose } = said[language];
  const [office, notLicensed, self, mobileData, yes] = ['1', '2', '1', '1', '1'];
  return [
    ...[`${HOME}/office.conf`, office, notLicensed, self, mobileData],
    ...[name, cnic, client, mobile, purpose],
    ...[`${HOME}/front.png ${HOME}/back.png`, `${HOME}/letter.pdf`, yes, yes],
  ]
    .map((line) => `${line}\n`)
    .join('');
}

async function lookAsReviewer({ lab, tell, language }: Scene, id: string): Promise<void> {
  await tell.step('what left this computer', async () => {
    const { purpose } = said[language];
    const view = await shown(lab, id);
    expectSeen(view.fields['purpose'] === purpose, JSON.stringify(view.fields));
    const digestOf = (kind: string) => view.documents.find((one) => one.kind === kind)?.sha256;
    expectSeen(digestOf('letter') === fileDigest('letter.pdf'), 'the letter is not the one that was given');
    expectSeen(digestOf('cnic_front') !== fileDigest('front.png'), 'the identity card was not stamped');
    const text = JSON.stringify(view);
    expectSeen(!text.includes('office.conf') && !text.includes('letter.pdf'), 'names of files were sent');
    expectSeen(!text.includes(lab.keys.clientPrivate), 'a secret key was sent');
    return 'the reviewer sees what was agreed to: the letter as it is, copies of the identity card stamped; no file name, no secret key';
  });
}

async function beAsked({ lab, alice, tell, language }: Scene, id: string): Promise<void> {
  const question = 'For which client do you work?';
  await tell.step('a question', async () => {
    await act(lab, 'ask', id, '--question', question);
    const { answer } = await alice.json('registration', 'show', 'office');
    const { state, thread } = registrationIn(answer);
    expectSeen(state === 'needs_information' && thread.at(-1)?.text === question, JSON.stringify(answer));
    return `alice is asked: ${question}`;
  });
  await tell.step('an answer', async () => {
    const text = said[language].answer;
    const { code, answer } = await alice.json('registration', 'answer', 'office', text, '--consent');
    expectSeen(code === 0 && registrationIn(answer).state === 'submitted', describe(code, answer));
    const { thread } = await shown(lab, id);
    expectSeen(thread.at(-1)?.text === text, JSON.stringify(thread));
    return `the reviewer reads: ${text}`;
  });
}

/** The authority's own way, which nobody goes for her; the office hears of it. */
async function fileAtPortal(scene: Scene, id: string): Promise<{ portal: Portal; reference: string }> {
  const { lab, alice, tell, language } = scene;
  const portal = await startPortal();
  let reference = '';
  await tell.step('filed at the portal', async () => {
    const filed = await fileByHand({ alice, portal, language, on: '2026-11-18' });
    reference = filed.reference;
    await act(lab, 'file', id, '--note', 'filed at the portal');
    const followed = await alice.json('registration', 'show', 'office');
    expectSeen(registrationIn(followed.answer).state === 'filed_with_authority', JSON.stringify(followed));
    return `${filed.fields} fields copied into the portal’s form (a stand-in); it runs there as ${reference}`;
  });
  return { portal, reference };
}

interface Decided {
  readonly id: string;
  readonly portal: Portal;
  readonly reference: string;
}

async function beDecided({ lab, alice, tell }: Scene, { id, portal, reference }: Decided): Promise<void> {
  await tell.step('verified', async () => {
    await act(lab, 'file', id);
    await act(lab, 'verify', id, '--note', 'the operator looks at the number');
    const { answer } = await alice.json('registration', 'show', 'office');
    expectSeen(registrationIn(answer).state === 'verifying', JSON.stringify(answer));
    return 'alice sees that her operator verifies the number';
  });
  await tell.step('the decision is shown', async () => {
    await portal.decide(reference);
    expectSeen((await portal.look(reference)).state === 'registered', 'the portal has not decided');
    writeFor('alice', `${HOME}/decision.pdf`, pdfOf('registered'));
    const words = ['--decided-on', '2026-11-20', '--evidence', `${HOME}/decision.pdf`, '--consent'];
    const { code, answer } = await alice.json('dossier', 'decision', ...words);
    expectSeen(code === 0, describe(code, answer));
    const { documents } = await shown(lab, id);
    expectSeen(
      documents.some(({ kind }) => kind === 'decision'),
      JSON.stringify(documents),
    );
    return 'she sends the decision from her portal account to the office; the reviewer has it before them';
  });
  await tell.step('attested', async () => {
    await act(lab, 'attest', id, ...ATTEST);
    const { code, answer } = await alice.json('registration', 'show', 'office');
    expectSeen(code === 0 && registrationIn(answer).state === 'attested', describe(code, answer));
    return 'a reviewer has seen the decision and attested it; the certificate arrived';
  });
}

async function connect({ alice, tell }: Scene): Promise<void> {
  await tell.step('connected', async () => {
    const { code, answer } = await alice.json('connect', 'office');
    expectSeen(code === 0, describe(code, answer));
    const from = await alice.probe('http', addresses.site);
    expectSeen(from === addresses.peer, `the request arrived from ${String(from)}`);
    return `one command; a request arrived from the VPN server’s address ${addresses.peer}`;
  });
}

async function changeSim({ lab, alice, tell, language }: Scene, id: string): Promise<void> {
  let changed = '';
  await tell.step('a changed SIM', async () => {
    const field = `mobile_number=${said[language].newMobile}`;
    const words = ['registration', 'amend', 'office', '--field', field, '--consent'];
    const { code, answer } = await alice.json(...words);
    const amended = registrationIn(answer);
    expectSeen(code === 0 && amended.amends === id, describe(code, answer));
    expectSeen(amended.fields['mobile_number'] === NEW_MOBILE, JSON.stringify(amended.fields));
    const from = await alice.probe('http', addresses.site);
    expectSeen(from === addresses.peer, `the request arrived from ${String(from)}`);
    changed = amended.id;
    return `the change to ${NEW_MOBILE} is case ${changed}; the tunnel stays up meanwhile`;
  });
  await tell.step('the change attested', async () => {
    await act(lab, 'attest', changed, ...ATTEST);
    const { code, answer } = await alice.json('registration', 'show', changed);
    expectSeen(code === 0 && registrationIn(answer).state === 'attested', describe(code, answer));
    const { state } = await shown(lab, id);
    expectSeen(state === 'ended', `the registration before is ${state}`);
    const { code: refreshed, answer: lists } = await alice.json('refresh');
    expectSeen(refreshed === 0, describe(refreshed, lists));
    const from = await alice.probe('http', addresses.site);
    expectSeen(from === addresses.peer, `the request arrived from ${String(from)}`);
    return 'the new registration took the place of the old one under the running tunnel: nobody was disconnected';
  });
}

async function act(lab: Lab, ...words: readonly string[]): Promise<void> {
  await reviewed(lab, ...words);
}

async function shown(lab: Lab, id: string): Promise<CaseView> {
  return (await reviewed(lab, 'show', id))['case'] as CaseView;
}

/** `sanad-gateway case ...` as the reviewer. */
async function reviewed(lab: Lab, ...words: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { code, stdout, stderr } = await lab.gateway.review(...words);
  expectSeen(code === 0, `sanad-gateway case ${words.join(' ')}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}

function registrationIn(answer: Answer): RegistrationView {
  return answer['registration'] as RegistrationView;
}

function fileDigest(name: string): string {
  return createHash('sha256')
    .update(readFileSync(`${HOME}/${name}`))
    .digest('base64url');
}
