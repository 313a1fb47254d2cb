import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nodePrimitives } from '#client/node-primitives.ts';
import { declare } from '#client/registration/declare.ts';
import { follow } from '#client/registration/follow.ts';
import { fingerprint } from '#shared/registration/anchor.ts';
import { codeInPdf, textOfPdf } from '#test/client/report/read-pdf.ts';
import { issueKeySet, issueStatusList, NOW } from '#test/shared/registration/issue.ts';
import type { Respond } from '../client/gateway/scripted-gateway.ts';
import { acceptAll, useTestClient } from '../client/registration/test-client.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';

const world = useTestClient();
let cli: CommandLine;
let folder: string;
let file: string;

const jwt = (text: string): Respond => {
  return (response) => void response.writeHead(200, { 'content-type': 'application/jwt' }).end(text);
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sanad-report-'));
  file = join(folder, 'report.json');
  cli = makeCommandLine();
  cli.surroundings = { ...cli.surroundings, client: world.context };
  world.script = acceptAll;
  world.answer('GET /v1/key-set', jwt(issueKeySet(world.signing)));
  world.answer('GET /v1/status-list/1', jwt(issueStatusList(world.signing, { iat: NOW - 5 })));
  const registration = await world.submitted();
  await world.attest();
  await follow(world.context, registration);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  cli.close();
});

/** Somebody else’s computer, which has joined no gateway. */
function elsewhere(): void {
  const anchors = { directory: join(folder, 'none'), ownerUid: process.getuid?.() ?? 0 };
  cli.surroundings = { ...cli.surroundings, client: { ...world.context, anchors } };
}

describe('sanad report', () => {
  it('says what is registered, confirmed by whom, and that the authority has not issued it', async () => {
    const { code, stdout } = await cli.sanad('report', '--name', 'Example Ltd');
    expect(code).toBe(0);
    expect(stdout).toContain('office: in force');
    expect(stdout).toMatch(/confirmed by .*, which states to have seen/);
    expect(stdout).toContain('Not issued by the authority');
    expect(stdout).toContain('Example Ltd');
  });

  it('writes the data, and the paper whose code names the data', async () => {
    const pdf = join(folder, 'report.pdf');
    const made = await cli.sanad('report', '--pdf', pdf, '--json');
    expect(made).toMatchObject({ code: 0, answer: { conclusion: 'genuine', files: [file, pdf] } });
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(textOfPdf(readFileSync(pdf))).toContain('vpn.example:51820');
    const digest = execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 64);
    expect(codeInPdf(readFileSync(pdf))).toContain(`file: report.json\nsha256: ${digest}`);
  });

  it('never takes the place of a file, and then writes nothing at all', async () => {
    writeFileSync(file, 'precious');
    const { code, answer } = await cli.sanad('report', '--out', file, '--json');
    expect([code, answer.problem?.code]).toEqual([2, 'report_file_exists']);
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });

  it('without a browser writes the page for one, and says what to do', async () => {
    vi.stubEnv('SANAD_BROWSER', join(folder, 'nothing'));
    const { code, stdout, stderr } = await cli.sanad('report', '--pdf', join(folder, 'report.pdf'));
    expect(code).toBe(2);
    expect(stderr).toContain('Install Chromium');
    expect(stdout).toContain(`Written: ${file}`);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('Not issued by the authority');
  });

  it.each([
    ['2020-01-01', 'report_empty'],
    ['2099-01-01', 'report_day_ahead'],
    ['2026-02-31', 'report_day_malformed'],
    ['yesterday', 'report_day_malformed'],
  ])('as of %s is %s', async (day, problem) => {
    const { code, answer } = await cli.sanad('report', '--as-of', day, '--json');
    expect([code, answer.problem?.code]).toEqual([2, problem]);
  });

  it('tells what was stated without a gateway as stated by you, and then not everything is proved', async () => {
    const { profile, route, category } = world.application();
    const decision = { authority: 'pk-pta', profile, route, category, decided_at: NOW - 86_400 };
    await declare(world.context, { tunnel: world.tunnel, decision, text: 'I state it.' });
    const { stdout } = await cli.sanad('report');
    expect(stdout).toMatch(/office: stated by the registrant\n.*\n[^]*“stated by you”.*confirmed by nobody/);
    const made = await cli.sanad('report', '--out', file, '--json');
    expect(made.answer).toMatchObject({ conclusion: 'incomplete' });
    expect((await cli.sanad('report', 'verify', file)).code).toBe(4);
  });

  it('is made while the gateway is away, of what was kept', async () => {
    world.gateway.routes.clear();
    const { code, answer } = await cli.sanad('report', '--json');
    expect(code).toBe(0);
    expect(answer).toMatchObject({ registrations: [{ verdict: 'stands', assurance: 'attested' }] });
  });
});

describe('sanad report verify', () => {
  beforeEach(async () => void (await cli.sanad('report', '--out', file)));

  it('is 0 where everything is proved by gateways that this machine has joined', async () => {
    const { code, stdout } = await cli.sanad('report', 'verify', file);
    expect(stdout).toMatch(/^Genuine\n/);
    expect(code).toBe(0);
  });

  it('elsewhere asks for the office’s keys, and is 0 with them', async () => {
    elsewhere();
    const alone = await cli.sanad('report', 'verify', file);
    expect(alone.code).toBe(4);
    expect(alone.stdout).toContain('which the report calls');
    expect(alone.stderr).toContain('--fingerprint');
    const anchor = { ...world.gateway.anchor, root_keys: world.signing.anchor.root_keys };
    const anchorFile = join(folder, 'anchor.json');
    writeFileSync(anchorFile, JSON.stringify(anchor));
    expect((await cli.sanad('report', 'verify', file, '--anchor', anchorFile)).code).toBe(0);
    const print = fingerprint(anchor, nodePrimitives);
    expect((await cli.sanad('report', 'verify', file, '--fingerprint', print)).code).toBe(0);
    expect((await cli.sanad('report', 'verify', file, '--fingerprint', print.slice(1))).code).toBe(2);
  });

  it.each([
    ['a changed name', (text: string) => text.replace('office', 'branch')],
    ['another spelling', (text: string) => JSON.stringify(JSON.parse(text))],
    ['no report', () => '{}'],
    ['half a report', (text: string) => text.slice(0, text.length / 2)],
  ])('is 4 for %s', async (_, change) => {
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    const { code, answer } = await cli.sanad('report', 'verify', file, '--json');
    expect([code, answer.ok]).toEqual([4, false]);
  });

  it('is 2 for a file that cannot be read', async () => {
    expect((await cli.sanad('report', 'verify', join(folder, 'nothing'))).code).toBe(2);
    expect((await cli.sanad('report', 'verify', folder)).code).toBe(2);
  });
});
