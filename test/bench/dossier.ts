import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import type { DossierFigures } from './dossier-driver.ts';
import { atMost, type Figure } from './figure.ts';

const ROUNDS = 3;
const BYTES = 5 * 1024 * 1024;

/** A dossier of ten documents of 5 MB: seven photographs, one picture without loss, two PDFs; a process of its own each time. */
export async function benchDossier(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sanad-bench-dossier-'));
  try {
    await writeDocuments(folder);
    const rounds: DossierFigures[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await oneRound(folder));
    return [
      // The best of them: the machine has other work, too.
      atMost('dossier PDF, 10 documents of 5 MB', Math.min(...rounds.map((one) => one.seconds)), 's', 3),
      atMost('the same, peak memory (RSS)', Math.max(...rounds.map((one) => one.peakMegabytes)), 'MB', 200),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function oneRound(folder: string): Promise<DossierFigures> {
  const driver = join(import.meta.dirname, '../../dist/bench-dossier.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [driver, folder]);
  return JSON.parse(stdout) as DossierFigures;
}

async function writeDocuments(folder: string): Promise<void> {
  const photograph = await picture({ width: 4000, height: 3000 }, (image) => image.jpeg({ quality: 88 }));
  const scan = await picture({ width: 1300, height: 1300 }, (image) => image.png());
  const pdf = Buffer.concat([Buffer.from('%PDF-1.4\n'), noise(BYTES), Buffer.from('\n%%EOF\n')]);
  for (let index = 0; index < 7; index += 1) await writeFile(join(folder, `${index}.jpg`), photograph);
  await writeFile(join(folder, '7.png'), scan);
  for (const name of ['8.pdf', '9.pdf']) await writeFile(join(folder, name), pdf);
}

/** Noise, so that it does not compress, and of about the size that is wanted. */
async function picture(
  size: { readonly width: number; readonly height: number },
  encode: (image: Sharp) => Sharp,
): Promise<Buffer> {
  const noisy = { type: 'gaussian', mean: 128, sigma: 24 } as const;
  const made = await encode(
    sharp({ create: { ...size, channels: 3, background: '#888', noise: noisy } }),
  ).toBuffer();
  // Padded to exactly 5 MB: a JPEG may have anything after its end, and so may a PNG for those who read it.
  return made.length >= BYTES ? made : Buffer.concat([made, Buffer.alloc(BYTES - made.length)]);
}

function noise(bytes: number): Buffer {
  let state = 1;
  return Buffer.from(
    Uint8Array.from({ length: bytes }, () => (state = (state * 48_271) % 2_147_483_647) & 0xff),
  );
}
