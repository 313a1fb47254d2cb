import type { Command } from 'commander';
import type { RegistrationSummary } from '#shared/contract/gateway-contract.ts';
import type { AccessOptions, AttestOptions } from './case.ts';
import { printJson, printLines, runCommand } from './terminal.ts';

interface ReviewerOptions extends AccessOptions {
  readonly json: boolean;
}
interface NoteOptions extends ReviewerOptions {
  readonly note?: string;
}

/** `sanad-gateway case ...`: what reviewers do, signed with their own key. Each loads when it is run. */
export function addCaseCommands(program: Command): void {
  const cases = program.command('case').description('what reviewers do, signed with their own key');
  addReading(cases);
  addDocument(cases);
  addAttesting(cases);
  addActs(cases);
}

function addReading(cases: Command): void {
  reviewerCommand(cases, 'list', 'every case, newest first').action((options: ReviewerOptions) =>
    runCommand(options.json, async () => {
      const { listCases } = await import('./case.ts');
      const { caseLine } = await import('./print-case.ts');
      const found = await listCases(options);
      if (options.json) printJson({ cases: found });
      else printLines(found.length === 0 ? ['No case.'] : found.map(caseLine));
    }),
  );
  reviewerCommand(cases, 'show <id>', 'one case in full').action((id: string, options: ReviewerOptions) =>
    runCommand(options.json, async () => {
      const { showCase } = await import('./case.ts');
      const { contentCode } = await import('./content-code.ts');
      const { caseLines } = await import('./print-case.ts');
      const shown = await showCase(options, id);
      if (options.json) printJson({ case: shown, content: contentCode(shown) });
      else printLines(caseLines(shown));
    }),
  );
  reviewerCommand(cases, 'watch', 'every case that changes, as it changes, until Ctrl-C').action(
    (options: ReviewerOptions) =>
      runCommand(options.json, async () => {
        const { watchCases } = await import('./watch.ts');
        const { caseLine } = await import('./print-case.ts');
        await watchCases(options, (summary) => {
          if (options.json) printJson({ case: summary });
          else printLines([caseLine(summary)]);
        });
      }),
  );
}

function addDocument(cases: Command): void {
  reviewerCommand(cases, 'document <id> <document>', 'put one of a case’s documents into a file')
    .requiredOption('--output <file>', 'a new file')
    .action((id: string, document: string, options: ReviewerOptions & { readonly output: string }) =>
      runCommand(options.json, async () => {
        const { saveDocument } = await import('./document.ts');
        const { output } = options;
        const saved = await saveDocument(options, { id, document, output });
        if (options.json) printJson({ document: saved, file: output });
        else printLines([`${saved.kind}, ${saved.content_type}, ${saved.size} bytes: ${output}`]);
      }),
    );
}

function addAttesting(cases: Command): void {
  const words = {
    attest: 'state to have seen the authority’s decision for this case',
    renew: 'state to have seen that the authority has renewed its decision',
  } as const;
  for (const action of ['attest', 'renew'] as const) {
    reviewerCommand(cases, `${action} <id>`, words[action])
      .requiredOption('--authority <name>', 'who decided, as the profile names it')
      .option(
        '--content <code>',
        'as `case show` printed it: refuse if the gateway shows another case by now',
      )
      .option('--profile <id>', 'the case’s own if not given')
      .option('--route <route>', 'the case’s own if not given')
      .option('--category <category>', 'the case’s own if not given')
      .option('--decided-at <date>', 'YYYY-MM-DD; today if not given')
      .option('--valid-until <date>', 'YYYY-MM-DD; only if the authority published one')
      .action((id: string, options: AttestOptions & ReviewerOptions) =>
        runCommand(options.json, async () => {
          const { attestCase } = await import('./case.ts');
          const { registration, warnings } = await attestCase(options, { id, action });
          await printDecided(options, registration, warnings);
        }),
      );
  }
}

/** The acts that say no more than that they are done, and why. */
const acts = [
  { action: 'file', says: 'note that the application was filed with the authority', needsNote: false },
  { action: 'verify', says: 'note that the internet provider verifies it', needsNote: false },
  { action: 'reject', says: 'note that the authority refused', needsNote: true },
  { action: 'suspend', says: 'suspend an attested registration, until it is reinstated', needsNote: true },
  { action: 'reinstate', says: 'end a suspension', needsNote: false },
  { action: 'revoke', says: 'end an attested registration, for good', needsNote: true },
] as const;

function addActs(cases: Command): void {
  for (const { action, says, needsNote } of acts) {
    const command = reviewerCommand(cases, `${action} <id>`, says);
    if (needsNote) command.requiredOption('--note <text>', 'why; the registrant reads it');
    else command.option('--note <text>', 'the registrant reads it');
    command.action((id: string, options: NoteOptions) =>
      runCommand(options.json, async () => {
        const { actOnCase } = await import('./case.ts');
        await printDecided(options, await actOnCase(options, { id, action, note: options.note }));
      }),
    );
  }
  reviewerCommand(cases, 'ask <id>', 'ask the registrant for something')
    .requiredOption('--question <text>', 'the registrant reads and answers it')
    .action((id: string, options: ReviewerOptions & { readonly question: string }) =>
      runCommand(options.json, async () => {
        const { actOnCase } = await import('./case.ts');
        const decided = await actOnCase(options, { id, action: 'ask', note: options.question });
        await printDecided(options, decided);
      }),
    );
}

function reviewerCommand(cases: Command, usage: string, description: string): Command {
  return cases
    .command(usage)
    .description(description)
    .requiredOption('--origin <origin>', 'the gateway’s')
    .requiredOption('--key <file>', 'the reviewer’s key file')
    .option('--tls-ca <file>', 'PEM of the authority behind the gateway’s TLS')
    .option('--json', 'one JSON object instead of text', false);
}

async function printDecided(
  options: ReviewerOptions,
  registration: RegistrationSummary,
  warnings: readonly string[] = [],
): Promise<void> {
  const { caseLine } = await import('./print-case.ts');
  if (options.json) printJson({ registration, ...(warnings.length === 0 ? {} : { warnings }) });
  else printLines([caseLine(registration), ...warnings]);
}
