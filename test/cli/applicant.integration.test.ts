import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FREELANCER_FIELDS } from '../gateway/application-fields.ts';
import { makeCommandLine, type CommandLine, type Outcome } from './command-line.ts';
import { freelancerLines, giveFiles } from './freelancer.ts';

let cli: CommandLine;
let registered: Outcome;

/** An application for the portal alone, up to the consent. */
beforeEach(async () => {
  cli = makeCommandLine();
  giveFiles(cli.home);
  const lines = freelancerLines(cli.home).filter((_, index) => index !== 1);
  cli.typed = lines.map((line) => `${line}\n`).join('');
  registered = await cli.sanad('register');
  cli.typed = undefined;
});
afterEach(() => cli.close());

/** Everything that lies in the person's folder, as text. */
function onDisk(): string {
  const directory = join(cli.home, 'config');
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8', withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
}

it('without an office it is made ready for the portal, and nothing is said to be sent', () => {
  const { code, stdout, stderr } = registered;
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('Now file it at the portal: https://ipregistration.pta.gov.pk/');
  expect(stderr).not.toContain('This is sent to');
});

describe('what is kept of a person', () => {
  it('lies encrypted: nothing of it can be read on the disk', () => {
    const text = onDisk();
    for (const personal of [
      'Ayesha',
      '3520212345678',
      '35202-1234567-8',
      '+923001234567',
      'Remote work',
      'a client says so',
    ]) {
      expect(text).not.toContain(personal);
    }
  });

  it('is shown, changed, and offered so the next time', async () => {
    const { stdout } = await cli.sanad('applicant', 'show');
    expect(stdout).toMatch(/^ {2}Identity card number \(CNIC\) {2}35202-1234567-8$/m);
    expect(stdout).toMatch(/^ {2}letter {6}letter\.pdf, /m);
    const edited = await cli.sanad('applicant', 'edit', 'full_name', 'Ayesha\u200b Siddiqui');
    expect(edited.stdout).toContain('Full name: Ayesha Siddiqui');
    expect(edited.stdout).toContain('Invisible characters were taken out.');
    expect((await cli.sanad('applicant', 'show')).stdout).toContain('Ayesha Siddiqui');
    expect((await cli.sanad('applicant', 'edit', 'cnic', '12')).stderr).toContain('has 13 digits');
    expect((await cli.sanad('applicant', 'edit', 'purpose', 'x')).stderr).toContain('of you these are kept');
    await cli.sanad('applicant', 'edit', 'client_name');
    expect((await cli.sanad('applicant', 'show')).stdout).not.toContain('Example Ltd');
  });

  it('is written out whole into a new file for its owner alone, once that is confirmed', async () => {
    const file = join(cli.home, 'me.json');
    expect((await cli.sanad('applicant', 'export', file)).code).toBe(2);
    expect((await cli.sanad('applicant', 'export', file, '--yes')).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const all = JSON.parse(readFileSync(file, 'utf8')) as {
      applicants: { fields: object }[];
      applications: { declaration: { text: string } }[];
      documents: { kind: string; content: string }[];
    };
    expect(all.applicants[0]?.fields).toMatchObject({ full_name: FREELANCER_FIELDS.full_name });
    expect(all.applications[0]?.declaration.text).toContain('I declare');
    const letter = all.documents.find(({ kind }) => kind === 'letter');
    expect(Buffer.from(letter?.content ?? '', 'base64').toString('latin1')).toContain('a client says so');
    for (const secret of cli.secrets.values()) expect(readFileSync(file, 'utf8')).not.toContain(secret);
    const again = await cli.sanad('applicant', 'export', file, '--yes', '--json');
    expect(again.answer.problem?.code).toBe('export_exists');
  });

  it('is forgotten for good, key and all; the VPN connection stays', async () => {
    expect((await cli.sanad('applicant', 'delete')).code).toBe(2);
    const { code, stderr } = await cli.sanad('applicant', 'delete', '--yes');
    expect(code).toBe(0);
    expect(stderr).toContain('copies and backups cannot be read any more either');
    expect([...cli.secrets.keys()]).not.toContain('vault-key');
    expect(readdirSync(join(cli.home, 'config'))).not.toContain('vault');
    expect((await cli.sanad('applicant', 'show')).stdout).toBe('Nothing is kept of you on this computer.\n');
    expect((await cli.sanad('list')).stdout).toContain('office');
  });

  it('says of the staff who is covered, while an application is open', async () => {
    const staff = join(cli.home, 'staff.txt');
    writeFileSync(staff, 'Ayesha; 0300 1234567\nBilal; 39.32.10.1\nnobody\n');
    const nothing = await cli.sanad('applicant', 'staff', staff, '--json');
    expect(nothing.answer.problem?.code).toBe('usage');
    cli.typed = `${['office', '2', '1', '1', 'yes', '03001234567'].join('\n')}\n`;
    await cli.sanad('register');
    cli.typed = undefined;
    const { stdout } = await cli.sanad('applicant', 'staff', staff);
    expect(stdout).toMatch(/^Ayesha {2}0300 1234567 {2}Covered: this mobile number/m);
    expect(stdout).toMatch(/^Bilal {3}39\.32\.10\.1 {4}Not covered: this address/m);
    expect(stdout).toContain('line 3');
  });
});
