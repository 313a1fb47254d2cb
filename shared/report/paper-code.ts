/**
 * What the QR code on paper says. The data itself does not fit: a code holds 2,953 bytes, and the proof of one
 * registration alone is more. So it names the data beyond doubt, in words that any telephone shows.
 */
export interface PaperCode {
  readonly report: string;
  readonly file: string;
  /** SHA-256 of the file, in hex. */
  readonly sha256: string;
}

const FIRST_LINE = 'Sanad report 1';

export function paperCodeText({ report, file, sha256 }: PaperCode): string {
  return [FIRST_LINE, `report: ${report}`, `file: ${file}`, `sha256: ${sha256}`].join('\n');
}

/** In groups of four, to be read aloud and compared. */
export function grouped(hex: string): string {
  return hex.replace(/.{4}(?=.)/g, '$& ');
}

/** Hex digits that have to be given at least: eight bytes, which nobody makes a second file for by chance. */
const LEAST_DIGITS = 16;

/**
 * Whether what was read from paper, the whole code or the beginning of the number typed off, belongs to the file with
 * that hash. undefined: it is too little to tell.
 */
export function belongsToPaper(typed: string, sha256: string): boolean | undefined {
  const named = /sha256:?\s*([0-9a-fA-F\s]+)/.exec(typed)?.[1] ?? typed;
  const digits = named.replace(/[\s:-]/g, '').toLowerCase();
  if (!/^[0-9a-f]*$/.test(digits)) return false;
  return digits.length < LEAST_DIGITS ? undefined : sha256.toLowerCase().startsWith(digits);
}
