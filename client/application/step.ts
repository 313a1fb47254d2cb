import { createHash } from 'node:crypto';
import { routeChoice } from '#shared/registration/interview/state.ts';
import { nextQuestion } from '#shared/registration/interview/next-question.ts';
import type { Question, QuestionChoice } from '#shared/registration/interview/question.ts';
import { applicationMessages } from '#shared/text/application/index.ts';
import { inLanguage } from '#shared/text/language.ts';
import { say } from '#shared/text/say.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { readAnchors } from '../anchor/read-anchors.ts';
import { TunnelStore } from '../tunnel/tunnel-store.ts';
import { applicationError } from './application-problem.ts';
import { previewOf, type Preview } from './preview.ts';
import { requireAsSubmitted } from './submitted.ts';
import { channelTo, interviewOf, type Work } from './work.ts';

/** What comes next. */
export type FlowStep =
  /** `notes`: what to say before it is asked. `preview`: what the consent is asked for. */
  | {
      readonly kind: 'question';
      readonly question: Question;
      readonly notes: readonly string[];
      readonly preview?: Preview;
    }
  /** Everything is there and agreed to: send it (send.ts). */
  | { readonly kind: 'send'; readonly preview: Preview; readonly office: Anchor }
  /** Everything is there and agreed to: file it at the authority's portal, which nobody does but the person. */
  | { readonly kind: 'file'; readonly preview: Preview }
  | { readonly kind: 'finished' };

/** From which VPN connection to the consent: the next question, or what is to be done. */
export async function stepOf(work: Work): Promise<FlowStep> {
  const { draft } = work;
  if (draft.finished_at !== null) return { kind: 'finished' };
  const tunnel = await tunnelQuestion(work);
  if (tunnel !== undefined) return asked(tunnel);
  const channels = await channelsOf(work);
  const chosen = channelOf(work, channels);
  if (chosen === undefined) return asked(channelQuestion(work, channels));
  // Before anything is asked or agreed to: newer rules, another profile of the applicant or other servers change it too.
  await requireAsSubmitted(work, chosen.id);
  const step = nextQuestion(interviewOf(work));
  if (step.kind === 'question')
    return { kind: 'question', question: step.question, notes: notesOf(work, step.question) };
  if (draft.declaration?.text !== declarationText(work)) return asked(declarationQuestion(work));
  const preview = await previewOf(work, { verdict: step.verdict, office: chosen.office });
  if (draft.consent?.shown !== digestOf(preview)) {
    return { ...asked(consentQuestion(work, preview)), preview };
  }
  const { office } = chosen;
  return office === undefined ? { kind: 'file', preview } : { kind: 'send', preview, office };
}

function asked(question: Question): Extract<FlowStep, { kind: 'question' }> {
  return { kind: 'question', question, notes: [] };
}

async function tunnelQuestion({ draft, context }: Work): Promise<Question | undefined> {
  if (draft.tunnel !== null) return undefined;
  const { language, client } = context;
  const tunnels = await new TunnelStore(client).all();
  const help = say(applicationMessages, language, { message: 'tunnel_file_help' });
  if (tunnels.length === 0) {
    const label = say(applicationMessages, language, { message: 'tunnel_file' });
    return { id: 'tunnel', kind: 'text', label, help, example: './office.conf', isOptional: false };
  }
  return {
    id: 'tunnel',
    kind: 'choice',
    label: say(applicationMessages, language, { message: 'tunnel' }),
    help,
    choices: tunnels.map(({ name, configuration: { peers } }) => ({
      id: name,
      label: name,
      help: peers.map(({ endpoint }) => endpoint.host).join(', '),
    })),
    isOptional: false,
  };
}

/** A way to hand it in. `office`: a joined one; undefined: the authority's portal alone. */
export interface Channel {
  readonly id: string;
  readonly office: Anchor | undefined;
}

/** Those that the rules know and this machine has. */
export async function channelsOf({ profile, context }: Work): Promise<readonly Channel[]> {
  const kinds = new Set(profile.document.channels.map(({ kind }) => kind));
  const offices = kinds.has('gateway') ? await readAnchors(context.client.anchors) : [];
  const channels = [
    ...offices.map((office) => ({ id: channelTo(office), office })),
    ...(kinds.has('portal') ? [{ id: 'portal', office: undefined }] : []),
  ];
  if (channels.length === 0) throw applicationError('no_channel');
  return channels;
}

/** The only one there is needs no question. */
export function channelOf({ draft }: Work, channels: readonly Channel[]): Channel | undefined {
  return channels.length === 1 ? channels[0] : channels.find(({ id }) => id === draft.channel);
}

function channelQuestion({ context: { language }, profile }: Work, channels: readonly Channel[]): Question {
  const { authority, channels: known } = profile.document;
  const values = { authority: inLanguage(authority.short_name, language) };
  const note = (kind: string) => {
    const found = known.find((channel) => channel.kind === kind)?.note;
    return found === undefined ? undefined : inLanguage(found, language);
  };
  return {
    id: 'channel',
    kind: 'choice',
    label: say(applicationMessages, language, { message: 'channel', values }),
    help: say(applicationMessages, language, { message: 'channel_help', values }),
    choices: channels.map(({ id, office }): QuestionChoice => {
      if (office === undefined) {
        const label = say(applicationMessages, language, { message: 'channel_portal', values });
        return { id, label, help: note('portal') };
      }
      const named = { office: office.operator.legal_name, ...values };
      const label = say(applicationMessages, language, { message: 'channel_office', values: named });
      return { id, label, help: note('gateway') };
    }),
    default: channels[0]?.id,
    isOptional: false,
  };
}

/** What the finder found, said once: before the first question after it. */
function notesOf(work: Work, question: Question): readonly string[] {
  const interview = interviewOf(work);
  const choice = routeChoice(interview);
  if (choice.kind !== 'chosen' || choice.because === undefined) return [];
  const last = interview.state.order.at(-1) ?? '';
  const isFresh = last.startsWith('finder.') || last === 'address';
  if (!isFresh || question.id.startsWith('finder.')) return [];
  const { language } = work.context;
  const route = work.profile.document.routes.find(({ id }) => id === choice.route);
  const name = route === undefined ? choice.route : inLanguage(route.name, language);
  const values = { route: name, because: inLanguage(choice.because, language) };
  return [say(applicationMessages, language, { message: 'route_found', values })];
}

export function declarationText({ profile, context }: Work): string {
  return inLanguage(profile.document.declaration, context.language);
}

function declarationQuestion(work: Work): Question {
  return {
    id: 'declaration',
    kind: 'confirm',
    label: say(applicationMessages, work.context.language, { message: 'declaration' }),
    help: declarationText(work),
    isOptional: false,
  };
}

function consentQuestion({ context: { language } }: Work, preview: Preview): Question {
  const isOffice = preview.recipients.some(({ kind }) => kind === 'office');
  const text = (message: keyof typeof applicationMessages.en) =>
    say(applicationMessages, language, { message });
  return {
    id: 'consent',
    kind: 'choice',
    label: text(isOffice ? 'consent_office' : 'consent_portal'),
    choices: [
      { id: 'yes', label: text(isOffice ? 'consent_yes_office' : 'consent_yes_portal') },
      { id: 'change', label: text('consent_change') },
      { id: 'no', label: text('consent_no') },
    ],
    isOptional: false,
  };
}

/** Of all that is shown. */
export function digestOf(preview: Preview): string {
  return createHash('sha256').update(JSON.stringify(preview)).digest('base64url');
}
