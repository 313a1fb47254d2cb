import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCampaign, seededRandom } from './kill-campaign.ts';
import { startGateway, type RunningGateway } from './running-gateway.ts';
import { postgresqlMissing, startPostgresql, type RunningPostgresql } from './storage/postgresql.ts';

const isMissing = postgresqlMissing() !== undefined;
let postgresql: RunningPostgresql;
let gateway: RunningGateway;
let database: string;

beforeAll(async () => {
  if (isMissing) return;
  postgresql = startPostgresql();
  database = postgresql.createDatabase();
  gateway = await startGateway(undefined, database);
});
afterAll(async () => {
  if (isMissing) return;
  await gateway.stop('SIGTERM');
  gateway.remove();
  postgresql.stop();
  postgresql.remove();
});

describe.skipIf(isMissing)('kill -9 under load, on PostgreSQL', () => {
  it('of the database, the gateway and the issuer loses nothing that was answered, and every history verifies', async () => {
    const victims = (['postgresql', 'gateway', 'issuer'] as const).flatMap((one) => [one, one, one]);
    const random = seededRandom(20_261_125);
    const outcome = await runCampaign({ gateway, database, postgresql, victims, workers: 4, random });
    expect(outcome.acknowledged).toBeGreaterThan(victims.length);
    expect(outcome).toMatchObject({ lost: [], notRevoked: [], audit: { faults: [] } });
    expect(outcome.audit.checkpoint?.number).toBeGreaterThan(1);
  }, 180_000);
});
