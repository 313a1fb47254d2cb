import { join } from 'node:path';
import * as z from 'zod';
import { addresses } from '../network.ts';
import { must, root, run, start, until } from '../process.ts';
import { identity } from '../system.ts';
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
