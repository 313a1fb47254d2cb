import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pdfOf } from '#test/shared/document/samples.ts';
import { FREELANCER_FIELDS } from '../gateway/application-fields.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';
import { giveFiles } from './freelancer.ts';

let line: CommandLine;
let at: (name: string) => string;

beforeEach(() => {
  line = makeCommandLine();
  at = (name) => join(line.home, name);
  line.surroundings = { ...line.surroundings, environment: process.env };
  giveFiles(line.home);
});

afterEach(() => line.close());

/** Without a registration office: made ready for the portal alone. */
async function makeReady(): Promise<void> {
  const answers = {
    ...{ tunnel: at('office.conf'), route: 'B', category: 'freelancer' },
    fields: FREELANCER_FIELDS,
    documents: {
      cnic_front: [at('front of card.png')],
      cnic_back: [at('back.png')],
      letter: [at('letter.pdf')],
    },
    ...{ declaration: true, consent: true },
  };
  writeFileSync(at('answers.json'), JSON.stringify(answers));
  const { code, stderr, stdout } = await line.sanad('register', '--answers', at('answers.json'));
  expect(code, `${stderr}${stdout}`).toBe(0);
}

/** A program of that name, first in PATH, that keeps what it is given. */
function standIn(name: string, script: string): void {
  writeFileSync(at(name), `#!/bin/sh\n${script}\n`);
  chmodSync(at(name), 0o755);
  const { environment = {} } = line.surroundings;
  line.surroundings = {
    ...line.surroundings,
    environment: {
      ...environment,
      PATH: `${line.home}:${environment['PATH'] ?? ''}`,
      WAYLAND_DISPLAY: 'wayland-0',
    },
  };
}

describe('an application for the portal', () => {
  test('that is not agreed to yet is no dossier', async () => {
    const { answer } = await line.sanad('dossier', 'make', '--out', at('dossier'), '--json');
    expect(answer.problem?.code).toBe('application_unknown');
    expect(existsSync(at('dossier'))).toBe(false);
  });

  test('is made into files that only its owner reads, and none is written twice', async () => {
    await makeReady();
    const made = await line.sanad('dossier', 'make', '--out', at('dossier'));
    expect(made.code, made.stderr).toBe(0);
    const pdf = at('dossier/dossier-en.pdf');
    expect(statSync(pdf).mode & 0o777).toBe(0o600);
    const listed = execFileSync('pdfdetach', ['-list', pdf], { encoding: 'utf8' });
    for (const kind of ['cnic_front', 'cnic_back', 'letter', 'dossier.json']) expect(listed).toContain(kind);
    const json = readFileSync(at('dossier/dossier.json'), 'utf8');
    expect(json).toContain('Prepared by the applicant with Sanad');
    // The VPN server is not the authority's to know, by these rules; keys are nobody's.
    expect(json).not.toMatch(/public_key|51820|vpn\./);
    const again = await line.sanad('dossier', 'make', '--out', at('dossier'), '--json');
    expect(again.answer.problem?.code).toBe('out_file_exists');
  });

  test('is copied field by field in the portal’s order', async () => {
    await makeReady();
    const { stdout, answer } = await line.sanad('dossier', 'copy', '--json');
    expect(stdout).toContain('35202-1234567-8');
    const labels = (answer as unknown as { form: { label: string }[] }).form.map(({ label }) => label);
    expect(labels.slice(0, 2)).toEqual(['CNIC', 'Name']);
  });

  test('goes through the clipboard value by value, which is empty in the end', async () => {
    await makeReady();
    standIn('wl-copy', `cat >> ${at('copied')}; printf '|' >> ${at('copied')}`);
    line.typed = '\n'.repeat(12);
    const { code, stderr } = await line.sanad('dossier', 'copy', '--clipboard');
    expect(code, stderr).toBe(0);
    const copied = readFileSync(at('copied'), 'utf8').split('|');
    expect(copied[0]).toBe('35202-1234567-8');
    expect(copied.slice(-2)).toEqual(['', '']);
  });

  test('has its portal opened in the browser, and never by root', async () => {
    await makeReady();
    standIn('xdg-open', `printf '%s' "$*" > ${at('opened')}`);
    const { code } = await line.sanad('dossier', 'open');
    expect(code).toBe(0);
    await expect
      .poll(() => existsSync(at('opened')) && readFileSync(at('opened'), 'utf8'), { timeout: 20_000 })
      .toBe('https://ipregistration.pta.gov.pk/');
    line.surroundings = { ...line.surroundings, uid: 0 };
    expect((await line.sanad('dossier', 'open', '--json')).answer.problem?.code).toBe('portal_as_root');
  });
});

describe('what was filed', () => {
  test('is kept with its number, then becomes the person’s own statement, said to be that', async () => {
    await makeReady();
    writeFileSync(at('reference.txt'), 'PTA-2027-77\n');
    writeFileSync(at('decision.pdf'), pdfOf('granted'));
    const words = ['--decided-on', '2027-01-14', '--evidence', at('decision.pdf'), '--consent', '--json'];
    expect((await line.sanad('dossier', 'decision', ...words)).answer.problem?.code).toBe('not_filed');

    const filed = await line.sanad(
      'dossier',
      'filed',
      '--on',
      '2027-01-10',
      '--reference-file',
      at('reference.txt'),
    );
    expect(filed.code, filed.stderr).toBe(0);
    expect(filed.stdout).toContain('stated by you');
    // The number leads to a person: it lies in no plain file.
    expect(spawnSync('grep', ['-rq', 'PTA-2027-77', at('config')]).status).toBe(1);

    const shown = await line.sanad('dossier', 'decision', ...words);
    expect([shown.code, shown.answer.problem], shown.stderr).toEqual([0, undefined]);
    expect(shown.answer['filing']).toMatchObject({ decidedOn: '2027-01-14', assurance: 'declared' });
    expect((await line.sanad('dossier', 'show')).stdout).toMatch(/Decision +2027-01-14, stated by you/);
  });

  test('takes no day that is still to come, and no decision before it was filed', async () => {
    await makeReady();
    const ahead = await line.sanad('dossier', 'filed', '--on', '2028-01-01', '--json');
    expect(ahead.answer.problem?.code).toBe('usage');
    await line.sanad('dossier', 'filed', '--on', '2027-01-10');
    writeFileSync(at('decision.pdf'), pdfOf('granted'));
    const before = ['--decided-on', '2027-01-09', '--evidence', at('decision.pdf'), '--consent', '--json'];
    expect((await line.sanad('dossier', 'decision', ...before)).answer.problem?.code).toBe('usage');
  });
});
