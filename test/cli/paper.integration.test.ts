import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApplicationStore } from '#client/application/application-store.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';

let line: CommandLine;
let at: (name: string) => string;

beforeEach(() => {
  line = makeCommandLine();
  at = (name) => join(line.home, name);
});

afterEach(() => line.close());

describe('sanad letter', () => {
  test('lists what the rules propose, and writes one with what is known of the applicant', async () => {
    const { stdout } = await line.sanad('letter', 'list');
    expect(stdout).toContain('client_confirmation');
    await new ApplicationStore(line.surroundings.client).keepApplicant({
      ...{ version: 1, profile: 'pk-pta', documents: {}, changed_at: 1 },
      fields: { full_name: 'Imran Khan', cnic: '3520212345671' },
    });
    const written = await line.sanad('letter', 'write', 'client_confirmation', '--out', at('letter.txt'));
    expect(written.code).toBe(0);
    expect(readFileSync(at('letter.txt'), 'utf8')).toContain(
      'We confirm that Imran Khan, CNIC 35202-1234567-1',
    );
    // It holds what is personal.
    expect(statSync(at('letter.txt')).mode & 0o777).toBe(0o600);
    expect(written.stdout).toContain('Left to fill in: Employer or client');
  });

  test('writes an e-mail draft, and a page in Urdu', async () => {
    await line.sanad('letter', 'write', 'client_email', '--out', at('letter.eml'));
    expect(readFileSync(at('letter.eml'), 'utf8')).toMatch(/^X-Unsent: 1\r\n/);
    await line.sanad(
      'letter',
      'write',
      'subscriber_id_request',
      '--language',
      'ur',
      '--out',
      at('letter.html'),
    );
    expect(readFileSync(at('letter.html'), 'utf8')).toContain('<html lang="ur" dir="rtl">');
  });

  test('touches no file that is there, and knows no other ending', async () => {
    writeFileSync(at('mine.txt'), 'mine');
    const there = await line.sanad('letter', 'write', 'client_email', '--out', at('mine.txt'), '--json');
    expect(there.answer.problem?.code).toBe('out_file_exists');
    expect(readFileSync(at('mine.txt'), 'utf8')).toBe('mine');
    const other = await line.sanad('letter', 'write', 'client_email', '--out', at('letter.doc'), '--json');
    expect(other.answer.problem?.code).toBe('usage');
    expect(existsSync(at('letter.doc'))).toBe(false);
  });
});

describe('sanad guide', () => {
  test('says which kinds of applicants there are, and writes the guide of one', async () => {
    expect((await line.sanad('guide')).stdout).toMatch(/freelancer +Freelancer/);
    expect((await line.sanad('guide', 'freelancer', '--out', at('guide.html'))).code).toBe(0);
    expect(readFileSync(at('guide.html'), 'utf8')).toContain('Registering a VPN: Freelancer');
    expect((await line.sanad('guide', 'banker', '--json')).answer.problem?.code).toBe('usage');
  });
});
