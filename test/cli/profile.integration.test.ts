import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFetcher, type TestFetcher } from '#test/fetch/fetcher.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAnchor } from '#shared/contract/anchor-file.ts';
import { startGateway, type RunningGateway } from '../gateway/running-gateway.ts';
import type { CommandLine } from './command-line.ts';
import { commandLineThrough } from './registration-cli.ts';

let gateway: RunningGateway;
let fetcher: TestFetcher;
let cli: CommandLine;

beforeAll(async () => {
  gateway = await startGateway();
  fetcher = await startFetcher();
  fetcher.installAnchor(parseAnchor(readFileSync(join(gateway.directory, 'anchor.json'), 'utf8')));
  cli = await commandLineThrough(fetcher);
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  await fetcher.close();
  gateway.remove();
});

describe('sanad profile, with a gateway’s own processes', () => {
  it('lists what comes with the program, and shows it in both languages', async () => {
    const list = await cli.sanad('profile', 'list', '--json');
    expect(list.answer).toMatchObject({
      profiles: [{ reference: 'pk-pta@1', origin: null, verified: '2026-03-01' }],
    });
    expect((await cli.sanad('profile', 'show')).stdout).toContain('Rules of Pakistan');
    expect((await cli.sanad('profile', 'show', 'pk-pta@1', '--language', 'ur')).stdout).toContain('کے قواعد');
  });

  it('fetches what the gateway has signed, once', async () => {
    const fetched = await cli.sanad('profile', 'update', '--json');
    expect([fetched.code, fetched.answer['gateways']]).toMatchObject([
      0,
      [{ gateway: 'test', updates: [{ reference: 'pk-pta@1', outcome: 'new' }], problem: null }],
    ]);
    expect((await cli.sanad('profile', 'update')).stdout).toContain('pk-pta@1 is the newest, and here');
    const list = await cli.sanad('profile', 'list', '--gateway', 'test', '--json');
    expect(list.answer).toMatchObject({ profiles: [{ origin: gateway.origin }] });
  });

  it('says what is not here, and what a language is', async () => {
    const absent = await cli.sanad('profile', 'show', 'om-tra', '--json');
    expect([absent.code, absent.answer.problem?.code]).toEqual([2, 'profile_not_here']);
    expect((await cli.sanad('profile', 'show', '--language', 'fr')).code).toBe(2);
  });

  it('goes on with what is here while the gateway is away, and says that it is', async () => {
    await gateway.stop('SIGTERM');
    const update = await cli.sanad('profile', 'update', '--json');
    expect(update.code).toBe(5);
    expect((await cli.sanad('profile', 'show', 'pk-pta')).code).toBe(0);
  });
});
