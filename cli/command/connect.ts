import { withDaemon } from '#client/client-context.ts';
import type { DaemonConnection } from '#client/daemon/daemon-connection.ts';
import { connect } from '#client/tunnel/connect.ts';
import type { Answer } from '../answer.ts';
import { Interrupted } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeStatus, stages } from '../terminal/describe-status.ts';
import { withProgress, type Progress } from '../terminal/progress.ts';

/** Connects and waits. Ctrl-C takes back what was asked for. */
export async function connectCommand(surroundings: Surroundings, name: string): Promise<Answer> {
  const { client, terminal } = surroundings;
  return await withProgress(terminal, `Connecting ${name}`, (progress) =>
    withDaemon(client, async (daemon) => {
      await connectOrUndo(surroundings, daemon, { name, progress });
      const { status } = daemon;
      return { json: { status }, lines: describeStatus(status, client.now()) };
    }),
  );
}

interface Attempt {
  readonly name: string;
  readonly progress: Progress;
}

async function connectOrUndo(
  { client, onInterrupt }: Surroundings,
  daemon: DaemonConnection,
  { name, progress }: Attempt,
): Promise<void> {
  const interruption = Promise.withResolvers<never>();
  const release = onInterrupt(() => interruption.reject(new Interrupted()));
  let isAsked = false;
  const work = connect(client, daemon, {
    name,
    onAsked: () => {
      isAsked = true;
    },
    onProgress: (state) => {
      if (state.kind === 'connecting') progress.note(`Connecting ${name}: ${stages[state.stage]}`);
    },
  });
  try {
    await Promise.race([work, interruption.promise]);
  } catch (cause) {
    if (cause instanceof Interrupted) {
      // Nobody waits for it any more.
      work.catch(() => undefined);
      if (isAsked) await daemon.request('disconnect', {});
    }
    throw cause;
  } finally {
    release();
  }
}
