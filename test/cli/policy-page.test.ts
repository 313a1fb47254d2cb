import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { policyFileKeys } from '#shared/registration/policy-key.ts';
import { builtInPolicy, parsePolicy, strictestPolicy } from '#shared/registration/policy.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/policy.md'), 'utf8');

it.each(policyFileKeys)('docs/policy.md has `%s`, and nothing of it is out of date', (key) => {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${key}\` |`));
  expect(row).toBeDefined();
  const [, , , builtIn = '', strictest = ''] = (row ?? '').split('|').map((cell) => cell.trim());
  for (const [cell, policy] of [
    [builtIn, builtInPolicy],
    [strictest, strictestPolicy],
  ] as const) {
    const value = Object.entries(policy).find(([name]) => name === key)?.[1];
    if (value === undefined) expect(cell).toBe('');
    else for (const one of [value].flat()) expect(cell).toContain(String(one));
  }
});

it('docs/policy.md shows files that are valid', () => {
  const files = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => parsePolicy(text));
  expect(files.length).toBeGreaterThan(1);
});
