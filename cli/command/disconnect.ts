import { withDaemon } from '#client/client-context.ts';
import type { Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';

export async function disconnectCommand({ client, terminal }: Surroundings): Promise<Answer> {
  return await withProgress(terminal, 'Disconnecting', () =>
    withDaemon(client, async (daemon) => {
      await daemon.request('disconnect', {});
      const lines = ['Disconnected. Traffic goes out without protection.'];
      return { json: { status: daemon.status }, lines };
    }),
  );
}
