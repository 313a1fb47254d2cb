import { join } from 'node:path';
import * as z from 'zod';
import type { Language } from '#shared/text/language.ts';
import type { Person } from '../client.ts';
import { addresses } from '../network.ts';
import { must, root, run, start, until } from '../process.ts';
import { identity, LAB, writeFor } from '../system.ts';
import { describe } from './answer.ts';
import { expectSeen } from './teller.ts';

const PORT = 8090;
const ORIGIN = `http://${addresses.site}:${PORT}`;
const filedSchema = z.object({ reference: z.string().min(1) });
const applicationSchema = z.object({ form: z.record(z.string(), z.string()), state: z.string() });
export type FiledApplication = z.infer<typeof applicationSchema>;

/** The stand-in for an authority's portal, and a person's browser at it. */
export interface Portal {
  /** Fills the form in and sends it. Gives the number under which it runs. */
  file(form: readonly { readonly label: string; readonly value: string }[]): Promise<string>;
  /** The internet provider has verified, and the authority decides. */
  decide(reference: string): Promise<void>;
  look(reference: string): Promise<FiledApplication>;
}

export async function startPortal(): Promise<Portal> {
  start('router', root, 'portal', [
    ...['node', join(import.meta.dirname, 'portal-page.mjs'), addresses.site, String(PORT)],
  ]);
  const ask = ['curl', '-s', '--max-time', '5'];
  const me = identity('alice');
  await until('the portal', async () => (await run('client', me, [...ask, ORIGIN])).code === 0);
  return {
    file: async (form) => {
      const fields = form.flatMap(({ label, value }) => ['--data-urlencode', `${label}=${value}`]);
      const answer = await must('client', me, [...ask, `${ORIGIN}/application`, ...fields]);
      const filed = filedSchema.safeParse(JSON.parse(answer));
      expectSeen(filed.success, `the portal refused it: ${answer}`);
      return filedSchema.parse(JSON.parse(answer)).reference;
    },
    decide: async (reference) => {
      await must('client', me, [...ask, '-X', 'POST', `${ORIGIN}/verified?reference=${reference}`]);
    },
    look: async (reference) => {
      const answer = await must('client', me, [...ask, `${ORIGIN}/application?reference=${reference}`]);
      return applicationSchema.parse(JSON.parse(answer));
    },
  };
}

const formSchema = z.array(z.object({ label: z.string(), value: z.string().nullable() })).min(1);
const REFERENCE_FILE = `${LAB}/home/alice/reference.txt`;

/** Copies field by field what `sanad dossier copy` shows, and tells Sanad the number under which it runs there. */
export async function fileByHand(filing: {
  readonly alice: Person;
  readonly portal: Portal;
  readonly language: Language;
  /** The day on which it was filed. */
  readonly on: string;
}): Promise<{ readonly reference: string; readonly fields: number }> {
  const { alice, portal, language, on } = filing;
  const { code, answer } = await alice.json('dossier', 'copy', '--language', language);
  expectSeen(code === 0, describe(code, answer));
  const form = formSchema.parse(answer['form']);
  const reference = await portal.file(form.map(({ label, value }) => ({ label, value: value ?? 'none' })));
  writeFor('alice', REFERENCE_FILE, `${reference}\n`);
  const filed = await alice.json('dossier', 'filed', '--on', on, '--reference-file', REFERENCE_FILE);
  expectSeen(filed.code === 0, describe(filed.code, filed.answer));
  return { reference, fields: form.length };
}
