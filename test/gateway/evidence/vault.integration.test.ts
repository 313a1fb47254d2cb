import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newKey } from '#gateway/evidence/seal.ts';
import { DocumentVault } from '#gateway/evidence/vault.ts';

const DAY_AGO = Date.now() - 86_400_000;

let directory: string;
let vault: DocumentVault;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sanad-vault-'));
  vault = new DocumentVault({ directory, masterKey: newKey() });
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** As old as what is swept. */
function oldFiles(count: number, end = ''): readonly string[] {
  const names = Array.from({ length: count }, () => `${randomUUID()}${end}`);
  for (const name of names) {
    writeFileSync(join(directory, name), 'x');
    utimesSync(join(directory, name), DAY_AGO / 1000, DAY_AGO / 1000);
  }
  return names;
}
const left = () => new Set(readdirSync(directory));
const sweep = (known: readonly string[], meanwhile: () => void = () => undefined) =>
  vault.sweep({
    isKnown: (files) => {
      meanwhile();
      return Promise.resolve(new Set(files.filter((name) => known.includes(name))));
    },
    olderThan: Date.now() - 3_600_000,
  });

describe('sweeping files that belong to no document', () => {
  it('removes them where most belong to one, more than a statement asks for at once', async () => {
    const [known, unknown] = [oldFiles(300), oldFiles(300)];
    expect(await sweep(known)).toEqual({ removed: unknown.length, spared: 0 });
    expect(left()).toEqual(new Set(known));
  });

  it('removes none of a database that knows none, as one that is empty or another gateway’s', async () => {
    const files = oldFiles(3);
    expect(await sweep([])).toEqual({ removed: 0, spared: files.length });
    expect(left()).toEqual(new Set(files));
  });

  it('removes none where more are unknown than known, but half-written ones', async () => {
    const [known, unknown, half] = [oldFiles(2), oldFiles(3), oldFiles(4, '.part')];
    expect(await sweep(known)).toMatchObject({ removed: half.length });
    expect(left()).toEqual(new Set([...known, ...unknown]));
  });

  it('goes on where another front end renames and removes files meanwhile', async () => {
    const [known, unknown, half] = [oldFiles(3), oldFiles(2), oldFiles(1, '.part')];
    const [gone = '', orphan = ''] = unknown;
    const [written = ''] = half;
    const whole = written.replace('.part', '');
    await sweep(known, () => {
      rmSync(join(directory, gone), { force: true });
      renameSync(join(directory, written), join(directory, whole));
    });
    expect(left()).toEqual(new Set([...known, whole]));
    expect(left().has(orphan)).toBe(false);
  });
});
