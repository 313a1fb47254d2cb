import { utcDay } from '#shared/text/utc-day.ts';
/** What a copy is stamped with before it leaves. */
export interface Stamp {
  /** What it may be used for, in both languages. */
  readonly purpose: { readonly en: string; readonly ur: string };
  /** Who gets it. */
  readonly recipient: string;
  /** Seconds since the epoch. */
  readonly at: number;
}

/** Lines as they are written, logically; whoever draws them has to shape and order them. */
export interface StampText {
  /** All of it, for a band beside the picture: English, then Urdu. */
  readonly band: readonly [string, string];
  /** Short, to go across the picture. */
  readonly across: readonly [string, string];
}

/** What copies for an authority are filed for, whoever files them. */
export const registrationPurpose: Stamp['purpose'] = {
  en: 'VPN registration',
  ur: 'وی پی این رجسٹریشن',
};

export function stampText({ purpose, recipient, at }: Stamp): StampText {
  const date = utcDay(at);
  const to = shown(recipient, MAX_RECIPIENT);
  const [forWhat, urForWhat] = [shown(purpose.en, MAX_PURPOSE), shown(purpose.ur, MAX_PURPOSE)];
  return {
    band: [
      `COPY, only for ${forWhat}. To: ${to}. Date: ${date}. Not valid for anything else.`,
      `نقل، صرف ${urForWhat} کے لیے۔ بنام: ${asItIs(to)}۔ تاریخ: ${leftToRight(date)}۔ کسی اور کام کے لیے قابلِ قبول نہیں۔`,
    ],
    across: [`COPY · ${forWhat} · ${date}`, `نقل، صرف ${urForWhat} کے لیے`],
  };
}

const MAX_RECIPIENT = 160;
const MAX_PURPOSE = 120;
/** Controls and format characters: what a recipient calls itself turns nothing round, and hides nothing. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function shown(text: string, most: number): string {
  const plain = text.replaceAll(UNSEEN, ' ').replaceAll(/\s+/gu, ' ').trim();
  // Not through the middle of a character.
  return plain.length > most ? `${plain.slice(0, most).replace(/[\ud800-\udbff]$/u, '')}…` : plain;
}

/**
 * UAX #9: after Urdu letters the parts of 2026-11-25 would be ordered from right to left (W2, W4); between these two
 * characters (LRI, PDI) they are not.
 */
function leftToRight(text: string): string {
  return `\u2066${text}\u2069`;
}

/** Its own direction, whichever that is (FSI, PDI). */
function asItIs(text: string): string {
  return `\u2068${text}\u2069`;
}
