import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseConf } from '#shared/wireguard/conf.ts';
import { deviations, files } from './conf-vector.ts';

test.each(files)('$name: $sanad', ({ text, sanad, left_out = [] }) => {
  const result = parseConf(text);
  expect(result.kind).toBe(sanad === 'accepted' ? 'parsed' : 'rejected');
  expect(result.kind === 'parsed' ? result.dropped.map(({ key }) => key) : []).toEqual(left_out);
});

describe('the files', () => {
  test('are at least 60 that both take and 60 that both refuse', () => {
    const agreed = (verdict: string) =>
      files.filter((file) => file.wg === verdict && file.sanad === verdict && file.deviation === undefined);
    expect(agreed('accepted').length).toBeGreaterThanOrEqual(60);
    expect(agreed('refused').length).toBeGreaterThanOrEqual(60);
  });

  test('differ from WireGuard’s verdict only for a reason, and each reason has a file', () => {
    const unexplained = files.filter(({ wg, sanad, deviation }) => wg !== sanad && deviation === undefined);
    expect(unexplained).toEqual([]);
    const used = new Set(files.flatMap(({ deviation }) => deviation ?? []));
    expect([...used].sort()).toEqual(Object.keys(deviations).sort());
  });

  test('have their reasons in docs/conf.md, row by row, and no other', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/conf.md'), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
    const expected = Object.values(deviations).map(({ what, reason }) => `| ${what} | ${reason} |`);
    expect(rows.slice(1)).toEqual(expected);
    expect(page).toContain(`has ${files.length} files`);
  });
});
