import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSecretService, type SecretService } from '../client/credential-store/secret-service.ts';
import { keys, sanadAtTerminal } from './at-terminal.ts';
import { giveFiles } from './freelancer.ts';

let home: string;
let service: SecretService;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'sanad-home-'));
  giveFiles(home);
  service = await startSecretService({ home });
});
afterAll(async () => {
  await service.stop();
  rmSync(home, { recursive: true, force: true });
});

const sanad = (...words: readonly string[]) =>
  sanadAtTerminal(words, { ...service.environment, XDG_CONFIG_HOME: join(home, 'config') });

describe('sanad register at a terminal', () => {
  it('offers lists and lines, keeps everything at Ctrl-C, and says how to go on', async () => {
    const terminal = sanad('register');
    await terminal.at('The file that you got for your VPN', join(home, 'office.conf'), keys.enter);
    await terminal.at('provider that PTA has licensed', keys.down, keys.enter);
    await terminal.at('Who registers?', keys.enter);
    await terminal.at('Over which internet line', keys.enter);
    await terminal.at(/Found: B: mobile number[^]*Full name/, 'Ayesha Khan', keys.enter);
    await terminal.at('Identity card number', keys.ctrlC);
    expect(await terminal.ended()).toBe(130);
    expect(terminal.shown()).toContain('What you have answered so far is kept.');
    expect(terminal.shown()).toContain('sanad register --resume');
  });

  it('goes on there, says below the line what is wrong, and leaves the line to be corrected', async () => {
    const terminal = sanad('register', '--resume');
    await terminal.at('Identity card number', '35202-1234567', keys.enter);
    await terminal.at('An identity card number has 13 digits', '-8', keys.enter);
    await terminal.at('Employer or client', '<', keys.enter);
    // The answer of before stands in the line.
    await terminal.at(/Identity card number.*3520212345678/, keys.enter);
    await terminal.at('Employer or client', keys.ctrlC);
    expect(await terminal.ended()).toBe(130);
  });
});
