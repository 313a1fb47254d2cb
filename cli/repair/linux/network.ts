import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import {
  namesOutsideRules,
  RULE_PROTOCOL,
  rulePriorities,
  routingRules,
  systemNames,
} from '#shared/contract/system-names.ts';
import type { Place, Remnant } from '../remnant.ts';
import { mustRun, runProgram } from './run-program.ts';

const { device, mark } = systemNames;
/** Of this process's network; there is no such file where the kernel has no IPv6. */
const IPV6 = '/proc/self/net/if_inet6';
const DEVICES = '/proc/self/net/dev';
/** linux/rtnetlink.h, RT_TABLE_MAIN. */
const MAIN_TABLE = '254';

export const interfacePlace: Place = {
  kind: 'interface',
  look: async () => ((await hasDevice()) ? [{ kind: 'interface', name: device, remove: removeDevice }] : []),
};

export const routingRulePlace: Place = {
  kind: 'routing_rule',
  look: async () => (await Promise.all(families().map(rulesOf))).flat(),
};

export const routesPlace: Place = {
  kind: 'routes',
  look: async () => (await Promise.all(families().map(routesOf))).flat(),
};

async function hasDevice(): Promise<boolean> {
  const lines = (await readFile(DEVICES, 'utf8')).split('\n');
  return lines.some((line) => line.trimStart().startsWith(`${device}:`));
}

async function removeDevice(): Promise<void> {
  const { code, stderr } = await runProgram('ip', ['link', 'del', 'dev', device]);
  if (code !== 0 && (await hasDevice())) throw new Error(`ip: ${stderr}`);
}

type Family = '-4' | '-6';

function families(): readonly Family[] {
  return existsSync(IPV6) ? ['-4', '-6'] : ['-4'];
}

const familyName = (family: Family): string => (family === '-4' ? 'IPv4' : 'IPv6');

/** What `ip -N -j rule` says of a rule. More members than these make another rule of it. */
const ruleList = z.array(z.looseObject({ priority: z.number() }));
type Rule = z.infer<typeof ruleList>[number];

const known = routingRules(mark);
const ours: readonly { readonly rule: Rule; readonly words: string }[] = [
  {
    rule: {
      priority: rulePriorities.mainExceptDefault,
      src: 'all',
      table: MAIN_TABLE,
      suppress_prefixlen: 0,
    },
    words: known.mainExceptDefault,
  },
  {
    rule: {
      priority: rulePriorities.tunnel,
      not: null,
      src: 'all',
      fwmark: `0x${mark.toString(16)}`,
      table: String(mark),
    },
    words: known.tunnel,
  },
];

/** Member by member: others use the same priorities (Tailscale has 5210), and theirs stay. */
async function rulesOf(family: Family): Promise<readonly Remnant[]> {
  const listed = ruleList.parse(JSON.parse(await mustRun('ip', [family, '-N', '-j', 'rule'])));
  const found = ours.filter(({ rule }) => listed.some((one) => isSame(one, rule)));
  const remnant = (words: string, act: 'del' | 'flush'): Remnant => ({
    kind: 'routing_rule',
    name: `${familyName(family)}: ${words}`,
    remove: async () => {
      await mustRun('ip', [family, 'rule', act, ...words.split(' ')]);
    },
  });
  const rules = found.map(({ words }) => remnant(words, 'del'));
  return listed.some(isNamesOutside) ? [...rules, remnant(namesOutsideRules, 'flush')] : rules;
}

/** One a name server, so known by who made it. */
function isNamesOutside(rule: Rule): boolean {
  return rule.priority === rulePriorities.namesOutside && rule['protocol'] === String(RULE_PROTOCOL);
}

function isSame(one: Rule, other: Rule): boolean {
  const names = Object.keys(one);
  // `ip` without -N support for a family names the main table.
  const table = (rule: Rule): unknown => (rule['table'] === 'main' ? MAIN_TABLE : rule['table']);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => (name === 'table' ? table(one) === table(other) : one[name] === other[name]))
  );
}

/** The table is Sanad's whole: its number is. */
async function routesOf(family: Family): Promise<readonly Remnant[]> {
  const words = ['route', 'show', 'table', String(mark)];
  const { code, stdout, stderr } = await runProgram('ip', [family, ...words]);
  // A table that nobody has used yet is not there at all.
  if (code !== 0 && !stderr.includes('does not exist')) throw new Error(`ip: ${stderr}`);
  const count = stdout.split('\n').filter((line) => line.trim() !== '').length;
  if (count === 0) return [];
  const remove = async (): Promise<void> => {
    const flushed = await runProgram('ip', [family, 'route', 'flush', 'table', String(mark)]);
    if (flushed.code !== 0 && (await routesOf(family)).length > 0) throw new Error(`ip: ${flushed.stderr}`);
  };
  return [{ kind: 'routes', name: `${familyName(family)}: ${count} in table ${mark}`, remove }];
}
