import { withDaemon } from '#client/client-context.ts';
import { checkRegistration, type RegistrationCheck } from '#client/registration/check.ts';
import { allRegistered } from '#client/registration/registered.ts';
import type { StoredTunnel } from '#client/tunnel/stored-tunnel.ts';
import { upcomingDeadlines } from '#client/profile/deadline-notice.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { deadlineLines, deadlinesJson } from '../terminal/deadline-lines.ts';
import { bad, faint, good, strong, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { day } from '../terminal/words.ts';
import { describeStatus } from '../terminal/describe-status.ts';
import { candidateWords } from '../terminal/assurance-words.ts';
import { ago } from '../terminal/words.ts';

interface Checked {
  readonly tunnel: StoredTunnel;
  readonly check: RegistrationCheck;
}

export async function statusCommand({ client }: Surroundings): Promise<Answer> {
  // Read while the service is being reached.
  const stored = Promise.all([
    new TunnelStore(client).all(),
    allRegistered(client.configDirectory),
    upcomingDeadlines(client, day(client.now())),
  ]);
  // Heard of below, unless the service is not there: then that is what is said.
  stored.catch(() => undefined);
  return await withDaemon(client, async (daemon) => {
    const [tunnels, registered, deadlines] = await stored;
    const checks = await Promise.all(
      tunnels.map(async (tunnel) => ({
        tunnel,
        check: await checkRegistration(daemon, tunnel, registered),
      })),
    );
    const { status } = daemon;
    const lines = [
      ...describeStatus(status, client.now()),
      ...checks.flatMap((one) => describe(one, client.now())),
      ...deadlineLines(deadlines),
    ];
    return {
      json: { status, tunnels: checks.map(summary), deadlines: deadlinesJson(deadlines) },
      lines,
    };
  });
}

function summary({ tunnel, check }: Checked): object {
  const { refusal, statusListIssuedAt, candidate } = check;
  return {
    name: tunnel.name,
    registration: candidate?.claims.sub ?? null,
    assurance: candidate?.claims.assurance ?? null,
    expiresAt: candidate?.claims.exp ?? null,
    refusal,
    statusListIssuedAt,
  };
}

function describe({ tunnel: { name }, check }: Checked, now: number): readonly Line[] {
  const { refusal, candidate, statusListIssuedAt } = check;
  if (refusal !== null) return [bad(`${name}: ${refusal.reason}`), strong(`  Next: ${refusal.nextAction}`)];
  const by = candidate === undefined ? 'confirmed' : candidateWords(candidate, now);
  const checked = statusListIssuedAt === null ? '' : `, status of ${ago(statusListIssuedAt, now)}`;
  return [good(`${name}: registered`), faint(`  ${by}${checked}`)];
}
