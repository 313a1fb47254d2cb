import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pakistan } from '#test/authority/profiles.ts';

const root = join(import.meta.dirname, '../../../shared/text');

/** The design's own words, and what people are told instead (docs/glossary.md). */
const forbidden: readonly (readonly [RegExp, string])[] = [
  [/\bendpoints?\b/i, 'VPN server'],
  [/\bpeers?\b/i, 'VPN server'],
  [/\bgateways?\b/i, 'registration office'],
  [/(?<!registration )\bcertificates?\b(?! of (the )?(Pakistan|PSEB))/i, 'registration certificate'],
  [/\battest\w*/i, 'confirmed by …'],
  [/\bapprov\w*/i, 'confirmed by …: an office approves nothing'],
  [/\bissuers?\b/i, 'nothing: nobody has to know'],
  [/\banchors?\b/i, 'joined'],
  [/\bregistrants?\b/i, 'you'],
  [/\bassurances?\b/i, 'confirmed / stated by you'],
  [/\bamend\w*/i, 'change'],
  [/\btokens?\b/i, 'registration certificate'],
  [/\bdevice key\b/i, 'this computer’s key'],
  [/\bstatus list\b/i, 'status check'],
  [/\bthumbprint\b|\bidempoten\w*|\bpayload\b|\bschema\b/i, 'nothing of the kind'],
];
/** Their Urdu transcriptions. */
const forbiddenUrdu = [/اینڈ پوائنٹ/, /گیٹ وے/, /پیئر/, /ٹوکن/, /منظوری/];

/** Terms of the trade that are not ours: a letter to a provider or an authority’s own documents use them. */
const commands = /sanad [a-z]+( [a-z]+)?/g;

async function catalogues(): Promise<
  readonly (readonly [string, Readonly<Record<'en' | 'ur', Readonly<Record<string, string>>>>])[]
> {
  const subjects = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return await Promise.all(
    subjects.map(async ({ name }) => {
      const module = (await import(join(root, name, 'index.ts'))) as Readonly<
        Record<string, Readonly<Record<'en' | 'ur', Readonly<Record<string, string>>>>>
      >;
      const [catalogue] = Object.values(module);
      if (catalogue === undefined) throw new Error(`${name} has no catalogue`);
      return [name, catalogue] as const;
    }),
  );
}

const all = await catalogues();

describe('what people read', () => {
  it.each(all)('about %s is in words that they know', (_, { en, ur }) => {
    const found = Object.entries(en).flatMap(([message, text]) =>
      forbidden
        .filter(([word]) => word.test(text.replace(commands, '')))
        .map(([word, instead]) => `${message}: ${word.source}; say: ${instead}`),
    );
    const foundInUrdu = Object.entries(ur).flatMap(([message, text]) =>
      forbiddenUrdu.filter((word) => word.test(text)).map((word) => `${message}: ${word.source}`),
    );
    expect([...found, ...foundInUrdu]).toEqual([]);
  });

  it.each(all)('about %s is there in Urdu, in its letters and with the same values', (_, { en, ur }) => {
    expect(Object.keys(ur).toSorted()).toEqual(Object.keys(en).toSorted());
    const values = (text: string) =>
      new Set([...text.matchAll(/\{([a-z][A-Za-z]*)[,}]/g)].map(([, name]) => name));
    for (const [message, text] of Object.entries(ur)) {
      // A name, such as SHA-256, is the same in every language.
      if (text !== en[message]) expect(text, message).toMatch(/[\u0600-\u06FF]/);
      for (const value of values(text)) expect(values(en[message] ?? ''), message).toContain(value);
    }
  });

  it('in the rules of an authority is in words that they know, too', () => {
    const texts: string[] = [];
    JSON.stringify(pakistan.document, (_, value: unknown) => {
      if (typeof value === 'object' && value !== null && 'en' in value) texts.push(String(value.en));
      return value;
    });
    expect(texts.length).toBeGreaterThan(50);
    const found = texts.flatMap((text) =>
      forbidden
        .filter(([word]) => !/certificate|approv/.test(word.source) && word.test(text))
        .map(([word]) => `${word.source}: ${text}`),
    );
    expect(found).toEqual([]);
  });
});
