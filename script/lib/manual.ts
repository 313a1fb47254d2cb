import type { Argument, Command, Option } from 'commander';
import { EVERYWHERE, examplesOf } from '#cli/grammar/command.ts';
import { pathOf } from '#cli/grammar/help.ts';
import { roffLine, roffParagraph, roffText, roffWord } from './roff.ts';

/** What a page says besides its commands. */
export interface ManualText {
  readonly program: Command;
  /** `November 25, 2026`: mdoc's form. */
  readonly date: string;
  readonly version: string;
  readonly about: readonly string[];
  readonly exitCodes: readonly (readonly [code: string, meaning: string])[];
  readonly environment?: readonly (readonly [name: string, meaning: string])[];
  readonly files?: readonly (readonly [path: string, meaning: string])[];
  readonly seeAlso: readonly string[];
}

/** The manual page of a program, in mdoc(7), made from the commands that it really has. */
export function manualPage(text: ManualText): string {
  const { program, date, version, about, exitCodes, environment = [], files = [], seeAlso } = text;
  const lines = [
    `.\\" Made from the commands themselves by script/build; see script/lib/manual.ts.`,
    `.Dd ${date}`,
    `.Dt ${program.name().toUpperCase()} 1`,
    `.Os Sanad ${version}`,
    '.Sh NAME',
    `.Nm ${program.name()}`,
    `.Nd ${roffText(summaryOf(program))}`,
    '.Sh SYNOPSIS',
    `.Nm ${program.name()}`,
    '.Ar command',
    '.Op Ar options',
    '.Sh DESCRIPTION',
    ...about.flatMap((paragraph, index) => [...(index === 0 ? [] : ['.Pp']), ...roffParagraph(paragraph)]),
    '.Sh COMMANDS',
    ...groupsOf(program).flatMap(groupLines),
    ...section('OPTIONS', optionList(commonOptions(program))),
    ...section('ENVIRONMENT', tagged(environment, 'Ev')),
    ...section('FILES', tagged(files, 'Pa')),
    ...section('EXIT STATUS', tagged(exitCodes, 'It')),
    ...section('SEE ALSO', references(seeAlso)),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`.Sh ${title}`, ...lines];
}

interface Group {
  readonly title: string;
  readonly commands: readonly Command[];
}

function groupsOf(program: Command): readonly Group[] {
  const titles = [...new Set(program.commands.map(groupTitle))];
  return titles.map((title) => ({
    title,
    commands: program.commands.filter((one) => groupTitle(one) === title).flatMap(leaves),
  }));
}

const groupTitle = (one: Command): string => one.helpGroup().replace(/:$/, '');

/** Those that do something: a word with commands below it only leads to them. */
function leaves(one: Command): readonly Command[] {
  return one.commands.length === 0 ? [one] : one.commands.flatMap(leaves);
}

function groupLines({ title, commands }: Group): readonly string[] {
  const heading = title === '' ? [] : [`.Ss ${title.split(' ').map(roffWord).join(' ')}`];
  return [...heading, '.Bl -tag -width Ds', ...commands.flatMap(commandLines), '.El'];
}

function commandLines(one: Command): readonly string[] {
  const [root = '', ...words] = pathOf(one).split(' ');
  const name = [root, ...words].slice(1).map(roffWord).join(' ');
  const own = one.options.filter(({ helpGroupHeading }) => helpGroupHeading !== EVERYWHERE);
  const options = own.some(({ hidden }) => !hidden) ? optionList(own) : [];
  return [
    `.It Ic ${name}${one.registeredArguments.map(argumentWords).join('')}`,
    ...roffParagraph(sentence(one.description())),
    ...options,
    ...exampleLines(one),
  ];
}

function argumentWords(argument: Argument): string {
  const name = ` Ar ${roffWord(argument.name())}`;
  return argument.required ? name : ` Op${name}`;
}

function optionList(options: readonly Option[]): readonly string[] {
  const shown = options.filter(({ hidden }) => !hidden);
  if (shown.length === 0) return [];
  const rows = shown.flatMap((option) => {
    const value = /[<[]([^\]>]+)[\]>]/.exec(option.flags)?.[1];
    const short = option.short === undefined ? '' : `Fl ${option.short.slice(1)} , `;
    const long = `Fl ${roffLine((option.long ?? '').slice(1))}`;
    const needed = option.mandatory ? ' Needed.' : '';
    return [
      `.It ${short}${long}${value === undefined ? '' : ` Ar ${roffWord(value)}`}`,
      ...roffParagraph(`${sentence(option.description)}${needed}`),
    ];
  });
  return ['.Bl -tag -width Ds', ...rows, '.El'];
}

/** What every command takes, and the root alone. */
function commonOptions(program: Command): readonly Option[] {
  return program.createHelp().visibleOptions(program);
}

function exampleLines(one: Command): readonly string[] {
  return examplesOf(one).flatMap(([line, effect]) => [
    '.Pp',
    ...roffParagraph(effect),
    '.Bd -literal -offset indent',
    roffLine(line),
    '.Ed',
  ]);
}

function tagged(rows: readonly (readonly [string, string])[], macro: 'Ev' | 'Pa' | 'It'): readonly string[] {
  if (rows.length === 0) return [];
  const items = rows.flatMap(([name, meaning]) => [
    macro === 'It' ? `.It ${roffLine(name)}` : `.It ${macro} ${roffLine(name)}`,
    ...roffParagraph(sentence(meaning)),
  ]);
  return ['.Bl -tag -width Ds', ...items, '.El'];
}

function references(pages: readonly string[]): readonly string[] {
  return pages.map((page, index) => `.Xr ${page} 1${index < pages.length - 1 ? ' ,' : ''}`);
}

/** As .Nd wants it: no capital, no full stop. */
function summaryOf(program: Command): string {
  return program.description().split('\n')[0]?.replace(/\.$/, '') ?? '';
}

function sentence(text: string): string {
  const capital = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
