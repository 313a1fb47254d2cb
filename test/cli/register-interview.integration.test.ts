import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAnchor } from '#shared/contract/anchor-file.ts';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import { startFetcher, type TestFetcher } from '#test/fetch/fetcher.ts';
import { startGateway, type RunningGateway } from '#test/gateway/running-gateway.ts';
import { startSessionKeychain, type SessionKeychain } from '../client/session-keychain.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';
import { freelancerLines, giveFiles } from './freelancer.ts';

let gateway: RunningGateway;
let fetcher: TestFetcher;
let session: SessionKeychain;
let cli: CommandLine;

beforeAll(async () => {
  [gateway, fetcher, session] = await Promise.all([startGateway(), startFetcher(), startSessionKeychain()]);
  const anchor = await fetch(`${gateway.origin}/v1/anchor`);
  fetcher.installAnchor(parseAnchor(await anchor.text()));
});
afterAll(async () => {
  await Promise.all([fetcher.close(), gateway.stop('SIGTERM'), session.close()]);
  gateway.remove();
});

beforeEach(async () => {
  cli = makeCommandLine();
  giveFiles(cli.home);
  const { client } = cli.surroundings;
  const { keychain } = session;
  for (const account of await keychain.look()) await keychain.delete(account);
  cli.surroundings = {
    ...cli.surroundings,
    client: {
      ...client,
      keychain,
      now: () => Math.floor(Date.now() / 1000),
      relaySocket: fetcher.relaySocket,
      anchors: { directory: fetcher.anchorDirectory, ownerUid: process.getuid?.() ?? 0 },
    },
  };
});
afterEach(() => cli.close());

const typing = async (lines: readonly string[], ...words: readonly string[]) => {
  cli.typed = lines.map((line) => `${line}\n`).join('');
  return await cli.sanad('register', ...words);
};

describe('sanad register, from nothing to submitted', () => {
  it('asks a freelancer on a fresh account at most fourteen things', async () => {
    const lines = freelancerLines(cli.home);
    const { code, answer, stderr } = await typing(lines, '--json');
    expect([code, answer.problem], stderr).toEqual([0, undefined]);
    const { questions, registration } = answer as { questions: number; registration: RegistrationView };
    console.info(`questions asked from "sanad register" to submitted: ${questions}`);
    expect(questions).toBe(lines.length);
    expect(questions).toBeLessThanOrEqual(14);
    expect(registration).toMatchObject({ state: 'submitted', route: 'B', category: 'freelancer' });
    expect(registration.fields).toMatchObject({ cnic: '3520212345678', mobile_number: '+923001234567' });
    expect(registration.documents.map(({ kind }) => kind)).toEqual(['cnic_front', 'cnic_back', 'letter']);
  });
});
