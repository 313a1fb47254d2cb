import { readdirSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { purgeDocuments } from '#gateway/cli/purge-documents.ts';
import type { CaseView, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { addDocument, decide, pdfOf, reviewerOf, submit } from '../reviewing.ts';
import {
  makeSigner,
  nowSeconds,
  run,
  send,
  startGateway,
  type RunningGateway,
  type Signer,
} from '../running-gateway.ts';

const DAY = 86_400;

describe('the documents of closed cases', () => {
  let gateway: RunningGateway;
  let device: Signer;
  let reviewer: Signer;
  let rejected: string;
  let open: string;
  let attested: string;
  beforeAll(async () => {
    gateway = await startGateway();
    device = await makeSigner();
    reviewer = reviewerOf(gateway, 'reviewer');
    [rejected, open, attested] = [await withDocuments(), await withDocuments(), await withDocuments()];
    await decide(gateway, { id: rejected, device, reviewer }, { action: 'reject', note: 'no' });
    await decide(gateway, { id: attested, device, reviewer });
  });
  afterAll(async () => {
    await gateway.stop('SIGTERM');
    gateway.remove();
  });

  async function withDocuments(): Promise<string> {
    const { id } = (await submit(gateway, device)).json<RegistrationView>();
    for (let count = 0; count < 2; count++) await addDocument(gateway, device, { id, content: pdfOf() });
    return id;
  }
  const show = async (id: string) =>
    (await send(gateway, { method: 'GET', path: `/v1/case/${id}`, signer: reviewer })).json<CaseView>();
  const files = () => readdirSync(join(gateway.directory, 'document')).length;
  const purge = (changes: Partial<Parameters<typeof purgeDocuments>[0]> = {}) =>
    purgeDocuments({
      ...{ dir: gateway.directory, olderThan: 30, state: ['rejected', 'withdrawn'], dryRun: false },
      ...{ now: nowSeconds() + 31 * DAY, ...changes },
    });

  it('stay until their days are over', async () => {
    expect(await purge({ now: nowSeconds() + 29 * DAY })).toEqual([]);
    expect(files()).toBe(6);
  });

  it('are named by a dry run, which changes nothing', async () => {
    expect(await purge({ dryRun: true })).toMatchObject([{ registration: rejected, documents: 2 }]);
    expect(files()).toBe(6);
    expect((await show(rejected)).documents).toHaveLength(2);
  });

  it('go with their keys, while the gateway runs; the history says so and still verifies', async () => {
    expect(await purge()).toMatchObject([{ registration: rejected, state: 'rejected' }]);
    expect(files()).toBe(4);
    const { documents, audit } = await show(rejected);
    expect(documents).toEqual([]);
    expect(audit.at(-1)).toMatchObject({ action: 'purge_documents', actor: 'operator' });
    expect((await run('audit', 'verify', '--dir', gateway.directory)).stdout).toContain(
      'Everything verifies.',
    );
    expect(await purge()).toEqual([]);
  });

  it('of cases that are not closed stay, whatever the days', async () => {
    await purge({ now: nowSeconds() + 9999 * DAY, state: ['rejected', 'withdrawn', 'revoked', 'ended'] });
    for (const id of [open, attested]) expect((await show(id)).documents).toHaveLength(2);
  });

  it('are purged by a command, which refuses states that are not closed', async () => {
    const words = ['document', 'purge', '--dir', gateway.directory, '--older-than', '0', '--json'];
    const refused = await run(...words, '--state', 'attested');
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({ problem: { code: 'option_malformed' } });
    const dry = await run(...words, '--dry-run');
    expect(JSON.parse(dry.stdout)).toEqual({ purge: { dry_run: true, cases: [] } });
    expect((await run('document', 'purge', '--dir', gateway.directory, '--older-than', '-1')).code).toBe(2);
  });

  it('that no database knows are named in the log when the gateway starts, and stay', async () => {
    await gateway.stop('SIGTERM');
    const directory = join(gateway.directory, 'document');
    const old = nowSeconds() - DAY;
    for (const name of readdirSync(directory)) utimesSync(join(directory, name), old, old);
    const storage = join(gateway.directory, 'storage');
    for (const name of readdirSync(storage)) renameSync(join(storage, name), join(gateway.directory, name));
    await gateway.start();
    expect(files()).toBe(4);
    expect(gateway.log()).toContain('"at":"documents","code":"documents_unknown"');
  });
});
