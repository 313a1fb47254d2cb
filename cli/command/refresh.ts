import { withDaemon } from '#client/client-context.ts';
import type { DaemonResult } from '#shared/contract/daemon-contract.ts';
import { bad, good, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';
import { ago } from '../terminal/words.ts';

type Fetched = DaemonResult<'refresh'>['fetched'][number];

export async function refreshCommand({ client, terminal }: Surroundings): Promise<Answer> {
  return await withProgress(terminal, 'Asking the gateways', () =>
    withDaemon(client, async (daemon) => {
      const { fetched } = await daemon.request('refresh', {});
      const problem = fetched.find((one) => one.problem !== null)?.problem ?? null;
      const lines =
        fetched.length === 0 ? ['No gateway is joined.'] : fetched.map((one) => line(one, client.now()));
      return { json: { fetched }, lines, ...(problem === null ? {} : { problem }) };
    }),
  );
}

function line({ uri, problem, issuedAt }: Fetched, now: number): Line {
  if (problem !== null) return bad(`${uri}: ${problem.reason}`);
  return good(`${uri}: as of ${issuedAt === null ? 'now' : ago(issuedAt, now)}`);
}
