import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { PictureShop } from '#client/dossier/picture/picture-shop.ts';
import { pngOf } from '#test/shared/document/samples.ts';

const GIBIBYTE = 1024 ** 3;
const row = { label: 'Identity card, front' };

describe('the process that makes pictures ready for a dossier', () => {
  let processId = 0;
  const shop = new PictureShop({ started: (id) => (processId = id) });
  afterEach(() => shop.end());

  it.runIf(process.platform === 'linux')(
    'writes no core and no file, has a bounded memory and nothing of our environment',
    async () => {
      await shop.draw({ row, bytes: pngOf(64, 40) } as never);
      const limits = readFileSync(`/proc/${processId}/limits`, 'utf8');
      const limit = (name: string): number =>
        Number(new RegExp(`^Max ${name} +(\\d+)`, 'm').exec(limits)?.[1]);
      expect([limit('core file size'), limit('file size')]).toEqual([0, 0]);
      expect(limit('data size')).toBeLessThan(2 * GIBIBYTE);
      const environment = readFileSync(`/proc/${processId}/environ`, 'latin1');
      expect(environment).not.toContain('HOME=');
      expect(readFileSync(`/proc/${processId}/cmdline`, 'latin1')).toContain('--permission');
    },
    20_000,
  );
});
