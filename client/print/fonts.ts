import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { LATIN_FAMILY, URDU_FAMILY, type EmbeddedFont } from '#shared/print/style.ts';

const arabic = 'U+0600-06FF, U+0750-077F, U+08A0-08FF, U+200C-200D, U+FB50-FDFF, U+FE70-FEFF';
// As @fontsource cuts them.
const latin =
  'U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-200B, U+200E-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+2713, U+FEFF, U+FFFD';
const latinExtended =
  'U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+1E00-1E9F, U+1EF2-1EFF';

export const nastaliq = '@expo-google-fonts/noto-nastaliq-urdu';
export const sans = '@fontsource/noto-sans/files/noto-sans';

/** Static ones: of variable typefaces Chromium makes Type 3 fonts, which viewers draw badly and copy worse. */
const faces = [
  { file: `${sans}-latin-400-normal.woff2`, family: LATIN_FAMILY, weight: 400, unicodeRange: latin },
  { file: `${sans}-latin-700-normal.woff2`, family: LATIN_FAMILY, weight: 700, unicodeRange: latin },
  {
    file: `${sans}-latin-ext-400-normal.woff2`,
    family: LATIN_FAMILY,
    weight: 400,
    unicodeRange: latinExtended,
  },
  {
    ...{ file: `${nastaliq}/400Regular/NotoNastaliqUrdu_400Regular.ttf`, family: URDU_FAMILY },
    ...{ weight: 400, unicodeRange: arabic },
  },
  {
    ...{ file: `${nastaliq}/700Bold/NotoNastaliqUrdu_700Bold.ttf`, family: URDU_FAMILY },
    ...{ weight: 700, unicodeRange: arabic },
  },
];

/** The typefaces of every printed page, read once. Throws where the installation lacks one. */
export async function readFonts(): Promise<readonly EmbeddedFont[]> {
  read ??= Promise.all(faces.map(embedded));
  return await read;
}

let read: Promise<readonly EmbeddedFont[]> | undefined;

async function embedded({ file, ...font }: (typeof faces)[number]): Promise<EmbeddedFont> {
  const format = file.endsWith('.ttf') ? 'ttf' : 'woff2';
  return { ...font, format, data: await readFile(fontFile(file), 'base64') };
}

/** A typeface's file, found when it is needed: the packages are data, and no part of the program. */
export function fontFile(name: string): string {
  return createRequire(import.meta.url).resolve(name);
}
