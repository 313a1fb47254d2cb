import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nodePrimitives } from '#client/node-primitives.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { fingerprint } from '#shared/registration/anchor.ts';
import { anchorFor, closed, listen } from '#test/fetch/fetcher.ts';
import { makeTlsAuthority, type TlsAuthority } from '#test/fetch/tls-authority.ts';
import { makeKey } from '#test/shared/registration/issue.ts';
import { startScriptedDaemon } from '../client/scripted-daemon.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';

let cli: CommandLine;
let authority: TlsAuthority;
let gateway: Server;
let origin: string;
let anchor: Anchor;
/** What the gateway answers in the anchor's place. */
let served: string | undefined;

beforeAll(async () => {
  authority = makeTlsAuthority();
  gateway = createServer(authority.certificateFor('DNS:localhost'), (request, response) => {
    if (request.url === '/v1/anchor') response.end(served ?? JSON.stringify(anchor));
    else response.writeHead(404).end();
  });
  origin = `https://localhost:${await listen(gateway)}`;
  anchor = anchorFor(origin, { root_keys: [makeKey().publicJwk], tls_ca: authority.ca });
});
afterAll(async () => {
  await closed(gateway);
  authority.remove();
});

beforeEach(() => {
  served = undefined;
  cli = makeCommandLine();
  cli.surroundings = { ...cli.surroundings, uid: 0 };
});
afterEach(() => cli.close());

const hexOf = (one: Anchor): string => fingerprint(one, nodePrimitives).replaceAll(' ', '');
const linkTo = (one: Anchor, extra = ''): string =>
  `sanad://join?origin=${encodeURIComponent(origin)}&fingerprint=${hexOf(one)}${extra}`;
const installed = (name = 'test'): string => join(cli.home, 'anchor.d', `${name}.json`);
const codeOf = async (...words: readonly string[]) => {
  const { code, answer } = await cli.sanad(...words, '--json');
  return [code, answer.problem?.code];
};

describe('sanad join', () => {
  it('is the administrator’s act alone', async () => {
    cli.surroundings = { ...cli.surroundings, uid: 1000 };
    expect(await codeOf('join', linkTo(anchor), '--yes')).toEqual([7, 'administrator_only']);
  });

  it('by link installs the anchor for everybody to read, and shows whose it is', async () => {
    const { code, stderr, stdout } = await cli.sanad('join', linkTo(anchor), '--yes');
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(installed(), 'utf8'))).toEqual(anchor);
    expect(statSync(installed()).mode & 0o777).toBe(0o644);
    for (const shown of ['Test Association', 'help@gateway.test', fingerprint(anchor, nodePrimitives)]) {
      expect(stderr).toContain(shown);
    }
    expect(stderr).toContain('its own, not covered by the link');
    expect(stdout).toContain('It takes effect when the service runs.');
  });

  it('by file does the same', async () => {
    const file = join(cli.home, 'anchor.json');
    writeFileSync(file, JSON.stringify(anchor));
    expect((await cli.sanad('join', file, '--yes')).code).toBe(0);
    expect(existsSync(installed())).toBe(true);
  });

  it('asks at a terminal, and does nothing without a yes', async () => {
    expect(await codeOf('join', linkTo(anchor))).toEqual([2, 'confirmation_missing']);
    cli.typed = '\n';
    expect(await codeOf('join', linkTo(anchor))).toEqual([2, 'confirmation_missing']);
    expect(existsSync(installed())).toBe(false);
    cli.typed = 'y\n';
    expect((await cli.sanad('join', linkTo(anchor))).code).toBe(0);
  });

  it('tells the service', async () => {
    const daemon = await startScriptedDaemon({ script: () => ({ anchors: ['test'] }) });
    const { client } = cli.surroundings;
    cli.surroundings = { ...cli.surroundings, client: { ...client, daemonSocket: daemon.path } };
    const { answer } = await cli.sanad('join', linkTo(anchor), '--yes', '--json');
    expect(answer).toMatchObject({ ok: true, anchor: { name: 'test', origin }, daemon: null });
    expect(daemon.asked.map(({ method }) => method)).toEqual(['reloadAnchors']);
    await daemon.close();
  });

  it('believes no gateway with other keys than the link promises', async () => {
    const other = { ...anchor, root_keys: [makeKey().publicJwk] };
    expect(await codeOf('join', linkTo(other), '--yes')).toEqual([7, 'fingerprint_mismatch']);
    served = JSON.stringify({ ...anchor, origin: 'https://elsewhere.test' });
    expect(await codeOf('join', linkTo(anchor), '--yes')).toEqual([7, 'fingerprint_mismatch']);
    expect(existsSync(installed())).toBe(false);
  });

  it('believes no other TLS authority than the link promises, where it promises one', async () => {
    const hash = createHash('sha256').update(authority.ca).digest('hex');
    expect(await codeOf('join', linkTo(anchor, `&tls_ca=${'0'.repeat(64)}`), '--yes')).toEqual([
      7,
      'fingerprint_mismatch',
    ]);
    const { code, stderr } = await cli.sanad('join', linkTo(anchor, `&tls_ca=${hash}`), '--yes');
    expect(code).toBe(0);
    expect(stderr).not.toContain('not covered by the link');
  });

  it('refuses a connection that nobody vouches for, where the anchor names no authority', async () => {
    const { tls_ca: _, ...plain } = anchor;
    served = JSON.stringify(plain);
    expect(await codeOf('join', linkTo(anchor), '--yes')).toEqual([5, 'gateway_tls_untrusted']);
  });

  it.each([
    ['what is no anchor', '{"ver":1}', [2, 'anchor_malformed']],
    ['what is too large', ' '.repeat(70_000), [5, 'gateway_answer_too_large']],
  ])('refuses %s', async (_, text, expected) => {
    served = text;
    expect(await codeOf('join', linkTo(anchor), '--yes')).toEqual(expected);
  });

  it('replaces other keys under the same name or origin only when told to', async () => {
    await cli.sanad('join', linkTo(anchor), '--yes');
    const renamed = { ...anchor, name: 'renamed', root_keys: [makeKey().publicJwk] };
    served = JSON.stringify(renamed);
    expect(await codeOf('join', linkTo(renamed), '--yes')).toEqual([7, 'anchor_exists']);
    expect(await codeOf('join', linkTo(renamed), '--yes', '--replace')).toEqual([0, undefined]);
    expect([existsSync(installed()), existsSync(installed('renamed'))]).toEqual([false, true]);
  });

  it('ends when the gateway does not answer', async () => {
    const link = `sanad://join?origin=${encodeURIComponent('https://127.0.0.1:1')}&fingerprint=${hexOf(anchor)}`;
    expect(await codeOf('join', link, '--yes')).toEqual([5, 'gateway_unreachable']);
  });
});

describe('sanad user', () => {
  const uid = String(process.getuid?.() ?? 0);
  const folders = (): string[] => ['user', 'relay'].map((name) => join(cli.home, name, uid));

  it('enable makes the folders that let in this user alone, now and after a reboot', async () => {
    const { code, answer } = await cli.sanad('user', 'enable', 'alice', '--json');
    expect(code).toBe(0);
    expect(answer).toMatchObject({ user: { name: 'alice' }, daemon: { code: 'daemon_unreachable' } });
    for (const folder of folders()) expect(statSync(folder).mode & 0o7777).toBe(0o570);
    const tmpfiles = readFileSync(join(cli.home, 'tmpfiles.d', `sanad-user-${uid}.conf`), 'utf8');
    expect(tmpfiles).toContain(`d ${folders()[0]} 0570 ${uid} sanadd -\n`);
    expect(tmpfiles).toContain(`d ${folders()[1]} 0570 ${uid} sanad-fetch -\n`);
  });

  it('enable sets right what is wrong, and can be repeated', async () => {
    mkdirSync(folders()[0] ?? '', { mode: 0o777 });
    await cli.sanad('user', 'enable', uid);
    expect((await cli.sanad('user', 'enable', uid)).code).toBe(0);
    expect(statSync(folders()[0] ?? '').mode & 0o7777).toBe(0o570);
  });

  it('list and disable', async () => {
    await cli.sanad('user', 'enable', 'alice');
    expect((await cli.sanad('user', 'list', '--json')).answer['users']).toMatchObject([{ uid: Number(uid) }]);
    expect((await cli.sanad('user', 'disable', 'alice')).code).toBe(0);
    expect((await cli.sanad('user', 'list')).stdout).toBe('Nobody is enabled.\n');
    for (const folder of folders()) expect(existsSync(folder)).toBe(false);
  });

  it('tells the service whom', async () => {
    const daemon = await startScriptedDaemon();
    const { client } = cli.surroundings;
    cli.surroundings = { ...cli.surroundings, client: { ...client, daemonSocket: daemon.path } };
    await cli.sanad('user', 'enable', 'alice');
    await cli.sanad('user', 'disable', 'alice');
    expect(daemon.asked.map(({ method, parameters }) => [method, parameters])).toEqual([
      ['enableUser', { uid: Number(uid) }],
      ['disableUser', { uid: Number(uid) }],
    ]);
    await daemon.close();
  });

  it.each(['nobody-here', '-1', '4294967295', '../etc'])('knows no account %s', async (named) => {
    const { code, stderr } = await cli.sanad('user', 'enable', '--', named);
    expect(code).toBe(2);
    expect(stderr).toContain('There is no such account on this machine.');
  });

  it('is the administrator’s act alone', async () => {
    cli.surroundings = { ...cli.surroundings, uid: 1000 };
    for (const words of [['enable', 'alice'], ['disable', 'alice'], ['list']]) {
      expect((await cli.sanad('user', ...words)).code).toBe(7);
    }
  });
});
