import { withDaemon } from '#client/client-context.ts';
import type { TunnelStatus } from '#shared/tunnel/tunnel-status.ts';
import { faint, type Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeStatus } from '../terminal/describe-status.ts';
import { moment } from '../terminal/words.ts';

/** Says the status now and at every change. With --json a line each, and no document at the end. */
export async function watchCommand(
  { client, terminal, onInterrupt }: Surroundings,
  { isJson }: { readonly isJson: boolean },
): Promise<Answer | undefined> {
  const interruption = new AbortController();
  const release = onInterrupt(() => interruption.abort());
  const show = (status: TunnelStatus): void => {
    const now = client.now();
    if (isJson) terminal.sayJson({ ok: true, status });
    else terminal.say([faint(moment(now)), ...describeStatus(status, now)]);
  };
  return await withDaemon(client, async (daemon) => {
    show(daemon.status);
    for await (const status of daemon.changes(interruption.signal)) show(status);
    release();
    return undefined;
  });
}
