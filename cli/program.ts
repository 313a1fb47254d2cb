import { Command } from 'commander';
import { exitMeanings } from './exit-meaning.ts';
import { addAdministratorCommands } from './grammar/administrator.ts';
import { EVERYWHERE, addCommonOptions, type Grammar } from './grammar/command.ts';
import { addApplicantCommands } from './grammar/applicant.ts';
import { addConnectionCommands } from './grammar/connection.ts';
import { addDossierCommands } from './grammar/dossier.ts';
import { configureHelp } from './grammar/help.ts';
import { addDiagnosisCommands } from './grammar/diagnosis.ts';
import { addPaperCommands } from './grammar/paper.ts';
import { addPolicyCommands } from './grammar/policy.ts';
import { addProfileCommands } from './grammar/profile.ts';
import { addRegistrationCommands } from './grammar/registration.ts';
import { addReportCommands } from './grammar/report.ts';
import { addShellCommands } from './grammar/shell.ts';
import { addTunnelCommands } from './grammar/tunnel.ts';
import { version } from './version.ts';

export interface HelpText {
  out: string;
  error: string;
}

/**
 * The command line's grammar. A command's code is loaded when it is asked for, so that `sanad status` starts as
 * fast as it can.
 */
export function buildProgram(grammar: Grammar & { readonly help: HelpText }): Command {
  const program = new Command('sanad')
    .description('VPN connections that do not come up until they are registered.')
    .usage('<command> [options]')
    .optionsGroup(EVERYWHERE)
    .version(version, '-V, --version', 'the version of this program')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => (grammar.help.out += text),
      writeErr: (text) => (grammar.help.error += text),
      getOutHelpWidth: () => grammar.surroundings.terminal.columns,
      getErrHelpWidth: () => grammar.surroundings.terminal.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  configureHelp(program);
  for (const [heading, add] of groups) {
    program.commandsGroup(heading);
    add(program, grammar);
  }
  program.helpCommand('help [command]', 'how a command is meant, with an example');
  program.addHelpText('after', ({ command }) => (command === program ? closing : ''));
  addCommonOptions(program);
  return program;
}

const groups = [
  ['Connection:', addConnectionCommands],
  ['Your tunnels:', addTunnelCommands],
  ['Registration:', addRegistrationCommands],
  ['What is kept of you:', addApplicantCommands],
  ['At the authority’s portal:', addDossierCommands],
  ['On paper:', addPaperCommands],
  ['Proof for others:', addReportCommands],
  ['What authorities ask for:', addProfileCommands],
  ['When something does not work:', addDiagnosisCommands],
  ['Policy of this machine:', addPolicyCommands],
  ['For the administrator of this machine (with sudo):', addAdministratorCommands],
  ['Help:', addShellCommands],
] as const;

const closing = `
First steps:
  sanad register                 have your VPN registered; asks for the file that you got for it
  sanad connect office           connect, once it is

Exit codes:
${exitMeanings.map(([code, meaning]) => `  ${code.padEnd(3)}  ${meaning}`).join('\n')}`;
