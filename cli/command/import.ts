import { importConf, readConf, readConfFrom, tunnelNameOf } from '#client/tunnel/import-conf.ts';
import { confRejected, type ConfProblem } from '#shared/wireguard/conf.ts';
import { bad, good, strong, type Answer } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';

interface ImportOptions {
  /** A path, or - for standard input. */
  readonly file: string;
  readonly name: string | undefined;
}

export async function importCommand(
  { client, terminal }: Surroundings,
  { file, name }: ImportOptions,
): Promise<Answer> {
  const chosen = name ?? nameOf(file);
  const text = file === '-' ? await readConfFrom(terminal.stdin) : await readConf(file);
  const imported = await importConf(client, { text, name: chosen });
  if (imported.kind === 'rejected') return rejected(imported.problems);
  const { dropped, tunnel } = imported;
  return {
    json: { tunnel: { name: tunnel.name }, dropped },
    lines: [
      good(`Imported "${chosen}". Its keys are in your keychain.`),
      ...dropped.map(({ line, key, reason }) => `  left out, line ${line}: ${key}. ${reason}`),
      strong(`Next: register it, unless it is: sanad register ${chosen}`),
    ],
  };
}

function nameOf(file: string): string {
  if (file === '-') throw cliError('usage', { detail: 'standard input has no name: add --name NAME' });
  return tunnelNameOf(file);
}

function rejected(problems: readonly ConfProblem[]): Answer {
  return {
    json: { problems },
    lines: problems.map(({ line, reason }) => bad(`line ${line}: ${reason}`)),
    problem: confRejected(problems).problem,
  };
}
