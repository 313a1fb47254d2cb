import { readDocumentFile } from '#client/document/document-file.ts';
import { declare, declareAgain, takeBackDeclaration, type Declared } from '#client/registration/declare.ts';
import { DeclarationStore } from '#client/registration/declaration-store.ts';
import { readDeclaration } from '#client/registration/read-certificate.ts';
import { registrationError } from '#client/registration/registration-problem.ts';
import { statementOf } from '#client/registration/statement.ts';
import type { StoredDeclaration } from '#client/registration/stored-declaration.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { decisionSchema, MAX_DOCUMENT_BYTES, type DecisionClaim } from '#shared/contract/gateway-contract.ts';
import { good, problemLines, strong, type Answer, type Line } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';
import { declarationJson } from '../terminal/describe-declaration.ts';
import { day } from '../terminal/words.ts';
import { wrap } from '../terminal/wrap.ts';
import { requireConfirmation } from './confirm.ts';
import { readReference } from './read-reference.ts';

interface Named {
  readonly name: string;
  readonly yes: boolean;
}

export interface DeclareOptions extends Named {
  readonly authorityProfile?: string;
  readonly route?: string;
  readonly category?: string;
  readonly decidedOn?: string;
  readonly validUntil?: string;
  readonly referenceFile?: string;
  /** Where it is known already; never from a command line. */
  readonly reference?: string | undefined;
  readonly evidence?: string;
}

/** Shows what is stated, in full, and has the device key sign what the person agreed to. */
export async function declareCommand(surroundings: Surroundings, options: DeclareOptions): Promise<Answer> {
  const { client } = surroundings;
  const tunnel = await new TunnelStore(client).get(options.name);
  const decision = readDecision(options, client.now());
  const evidence =
    options.evidence === undefined
      ? undefined
      : await readDocumentFile(options.evidence, { bytes: MAX_DOCUMENT_BYTES });
  const reference =
    options.referenceFile === undefined
      ? options.reference
      : await readReference(surroundings, options.referenceFile);
  const text = await requireStatement(surroundings, statementOf({ tunnel, decision }), options);
  const statement = { tunnel, decision, text, reference, evidenceSha256: evidence?.sha256 };
  return declaredAnswer(await declare(client, statement));
}

/** The same facts, shown and agreed to anew. */
export async function declareAgainCommand(surroundings: Surroundings, options: Named): Promise<Answer> {
  const { client } = surroundings;
  const tunnel = await new TunnelStore(client).get(options.name);
  const before = await stated(surroundings, options.name);
  const decision = readDeclaration(before.declaration)?.decision;
  if (decision === undefined) throw registrationError('declaration_unknown_here');
  const text = await requireStatement(surroundings, statementOf({ tunnel, decision }), options);
  return declaredAnswer(await declareAgain(client, { tunnel, text }));
}

export async function takeBackCommand(surroundings: Surroundings, { name, yes }: Named): Promise<Answer> {
  const declaration = await stated(surroundings, name);
  const preview = [
    strong(`What you stated about "${declaration.tunnel}" is removed from this computer.`),
    'Nobody else has it. A connection that is up on it stays up until you disconnect.',
  ];
  await requireConfirmation(surroundings, { preview, question: 'Take it back?', isGiven: yes });
  await takeBackDeclaration(surroundings.client, declaration);
  return {
    json: { takenBack: declaration.id },
    lines: ['Taken back: nothing of it is on this computer any more.'],
  };
}

async function stated({ client }: Surroundings, named: string): Promise<StoredDeclaration> {
  const found = await new DeclarationStore(client.configDirectory).find(named);
  if (found === undefined) throw registrationError('declaration_unknown_here');
  return found;
}

/** The words as they were shown: they are kept as what was agreed to. */
async function requireStatement(
  surroundings: Surroundings,
  paragraphs: readonly string[],
  { yes }: Named,
): Promise<string> {
  const { terminal } = surroundings;
  const preview: readonly Line[] = [
    strong('You state, and sign with this computer’s key:'),
    ...paragraphs.flatMap((paragraph) => wrap(paragraph, terminal.columns - 4).map((line) => `    ${line}`)),
    'It is sent to nobody.',
  ];
  await requireConfirmation(surroundings, { preview, question: 'Do you state that?', isGiven: yes });
  return paragraphs.join('\n');
}

function declaredAnswer({ declaration, claims, refusal, handedTo }: Declared): Answer {
  const { tunnel } = declaration;
  const outcome =
    refusal === null
      ? [
          handedTo === null
            ? strong(`Next: connect: sanad connect ${tunnel}`)
            : `The running tunnel "${handedTo}" goes on with it; nothing was cut.`,
        ]
      : problemLines(refusal);
  return {
    json: { declaration: declarationJson(declaration), refusal, handedTo },
    lines: [good(`Stated by you: "${tunnel}", until ${day(claims.exp)}.`), ...outcome],
  };
}

function readDecision(options: DeclareOptions, now: number): DecisionClaim {
  const { authorityProfile: profile, route, category, decidedOn, validUntil } = options;
  const missing = Object.entries({
    '--authority-profile': profile,
    '--route': route,
    '--category': category,
    '--decided-on': decidedOn,
  }).flatMap(([option, value]) => (value === undefined ? [option] : []));
  if (missing.length > 0) throw cliError('usage', { detail: `missing: ${missing.join(', ')}` });
  const parsed = decisionSchema.safeParse({
    // The profile of an authority begins with its name: pk-pta@1.
    authority: profile?.split('@')[0],
    profile,
    route,
    category,
    decided_at: dayOf('--decided-on', decidedOn ?? '', now),
    ...(validUntil === undefined ? {} : { valid_until: startOf('--valid-until', validUntil) + DAY_SECONDS }),
  });
  if (!parsed.success) throw cliError('usage', { detail: 'profile, route and category are short words' });
  return parsed.data;
}

const DAY_SECONDS = 86_400;
/** It is a day somewhere from 14 hours before it begins in UTC. */
const EARLIEST_ZONE_SECONDS = 14 * 3600;

/** The day's beginning in UTC; where that is still to come although it is that day here already: now. */
function dayOf(option: string, text: string, now: number): number {
  const start = startOf(option, text);
  return start > now && start - now <= EARLIEST_ZONE_SECONDS ? now : start;
}

function startOf(option: string, text: string): number {
  const date = new Date(`${text}T00:00:00Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime());
  // 2026-02-30 is read as a day in March.
  if (!isDay || !date.toISOString().startsWith(text)) {
    throw cliError('usage', { detail: `${option} takes a day as YYYY-MM-DD` });
  }
  return date.getTime() / 1000;
}
