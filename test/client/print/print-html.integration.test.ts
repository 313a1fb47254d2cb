import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findBrowser } from '#client/print/find-browser.ts';
import { memoryFolder } from '#client/print/memory-folder.ts';
import { printHtml } from '#client/print/print-html.ts';
import { isWithoutBrowser } from '#client/print/print-problem.ts';
import { makeProfile } from '#client/print/throwaway-profile.ts';

/** statfs(2). */
const TMPFS = 0x01021994;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sanad-test-print-'));
  vi.stubEnv('TMPDIR', folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function textOf(pdf: Uint8Array): string {
  return execFileSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' });
}

/** A program that is named as the browser: a script of Node, whose pipes 3 and 4 are the protocol's. */
function stranger(script: string): { readonly SANAD_BROWSER: string } {
  const file = join(folder, 'browser');
  writeFileSync(
    file,
    `#!${process.execPath}\nconst { writeFileSync, createReadStream, createWriteStream } = require('node:fs');\n${script}\n`,
  );
  chmodSync(file, 0o755);
  return { SANAD_BROWSER: file };
}

describe('a page printed through the Chromium of this machine', () => {
  const page = (body: string): string => `<!doctype html><meta charset="utf-8">
    <style>@page { size: A4; margin: 20mm; @bottom-center { content: "On every page " counter(page) } }</style>${body}`;

  test('has its line on every page, and an address in a right-to-left line reads as it was written', async () => {
    const urdu = '<p dir="rtl" lang="ur">وی پی این سرور <bdi dir="ltr">192.0.2.10:51820</bdi> تصدیق شدہ</p>';
    const pdf = await printHtml({
      html: page(`<h1>One</h1>${urdu}<p style="break-before: page">Two</p>`),
      environment: process.env,
    });
    const pages = textOf(pdf).split('\f');
    expect(pages[0]).toContain('192.0.2.10:51820');
    expect(pages.slice(0, 2).map((text) => /On every page \d/.exec(text)?.[0])).toEqual([
      'On every page 1',
      'On every page 2',
    ]);
  });

  test('runs no script, asks nobody for anything, and leaves nothing behind', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const hostile = `<link rel="stylesheet" href="${origin}/style.css"><img src="${origin}/picture.png">
        <iframe src="${origin}/frame"></iframe><img src=x onerror="document.body.append('a handler ran')">
        <script>document.body.append('a script ran'); fetch('${origin}/script')</script>`;
      const pdf = await printHtml({ html: page(`${hostile}<p>Text</p>`), environment: process.env });
      expect(textOf(pdf)).toContain('Text');
      expect(textOf(pdf)).not.toContain('ran');
      expect(asked).toEqual([]);
      expect(readdirSync(folder)).toEqual([]);
      expect(readdirSync('/dev/shm').filter((name) => name.includes(`sanad-print-${process.pid}-`))).toEqual(
        [],
      );
    } finally {
      server.close();
    }
  });
});

describe('what Chromium holds while it prints', () => {
  const page = `<!doctype html><meta charset="utf-8">${'<p>35202-1234567-1</p>'.repeat(1000)}`;

  test('is in memory and never in a file of a disk, deleted or not', async () => {
    const print = { isOver: false };
    const printed = printHtml({ html: page, environment: process.env }).finally(() => (print.isOver = true));
    const seen = new Set<string>();
    while (!print.isOver) {
      for (const held of sharedMemoryOf(browserGroup())) seen.add(held);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await printed;
    expect([...seen]).toEqual(['memory']);
  }, 60_000);

  test('goes to the person’s own folder in memory where the usual one is on a disk, and nowhere if that is, too', async () => {
    const none = { ...process.env, XDG_RUNTIME_DIR: folder };
    await expect(memoryFolder({ environment: none, usual: folder })).rejects.toMatchObject({
      problem: { code: 'print_without_memory', nextAction: expect.stringMatching(/\w/) as string },
    });
    await expect(memoryFolder({ environment: {}, usual: '/nowhere' })).rejects.toThrow();
    const own = { XDG_RUNTIME_DIR: '/dev/shm' };
    expect(await memoryFolder({ environment: own, usual: folder })).toEqual({
      path: '/dev/shm',
      isUsual: false,
    });
    expect(await memoryFolder({ environment: own })).toEqual({ path: '/dev/shm', isUsual: true });
  });
});

describe('what a print that was killed has left', () => {
  test('is removed by the next one, unless its maker lives or it is not a folder of ours', async () => {
    const { pid: dead } = spawnSync('true');
    const left = ['abcdef', 'ABC123'].map((end) => join(folder, `snap.chromium.sanad-print-${dead}-${end}`));
    const kept = [
      join(folder, `snap.chromium.sanad-print-${process.ppid}-abcdef`),
      join(folder, 'sanad-print-notes'),
      join(folder, 'kept'),
    ];
    for (const one of [...left, ...kept]) {
      mkdirSync(one);
      writeFileSync(join(one, 'file'), '');
    }
    const link = join(folder, `snap.chromium.sanad-print-${dead}-link00`);
    symlinkSync(join(folder, 'kept'), link);
    const profile = await makeProfile({ folder, uid: process.getuid?.(), program: '/snap/bin/brave' });
    expect(existsSync(profile)).toBe(true);
    expect(basename(profile)).toMatch(/^snap\.brave\./);
    expect(left.filter((one) => existsSync(one))).toEqual([]);
    expect([...kept, link].filter((one) => !existsSync(join(one, 'file')))).toEqual([]);
  });
});

describe('a browser that does not print', () => {
  test('that is silent is ended, with all that it started, and said to be too slow', async () => {
    const notes = join(folder, 'helper');
    const environment = stranger(`
      const helper = require('node:child_process').spawn('sleep', ['600']);
      writeFileSync('${notes}', String(helper.pid));
      setInterval(() => undefined, 1000);`);
    const printed = printHtml({ html: '', environment, deadlineMilliseconds: 3000 });
    await expect(printed).rejects.toMatchObject({ problem: { code: 'print_too_slow' } });
    const helper = Number(readFileSync(notes, 'utf8'));
    await vi.waitFor(() => expect(isAlive(helper)).toBe(false), { timeout: 20_000 });
  });

  test('that ends by itself, or talks of something else, is said to be unusable', async () => {
    const unusable = { problem: { code: 'browser_unusable' } };
    const ends = printHtml({ html: '', environment: stranger('process.exit(1);') });
    await expect(ends).rejects.toMatchObject(unusable);
    const babbles = `createWriteStream('', { fd: 4 }).write('hello\\0'); setInterval(() => undefined, 1000);`;
    const talks = printHtml({ html: '', environment: stranger(babbles) });
    await expect(talks).rejects.toMatchObject(unusable);
  });

  test('that is too old for a line on every page is not used', async () => {
    const old = `createReadStream('', { fd: 3 }).on('data', (asked) => {
      const { id } = JSON.parse(String(asked).split('\\0')[0]);
      createWriteStream('', { fd: 4 }).write(JSON.stringify({ id, result: { product: 'Chrome/109.0.1' } }) + '\\0');
    });`;
    const reason = expect.stringContaining('Chrome/109.0.1') as string;
    const printed = printHtml({ html: '', environment: stranger(old) });
    await expect(printed).rejects.toMatchObject({ problem: { code: 'browser_too_old', reason } });
  });

  test('that was named and is not there is not replaced by another', async () => {
    const named = findBrowser({ PATH: process.env['PATH'], SANAD_BROWSER: join(folder, 'nothing') });
    await expect(named).rejects.toSatisfy(isWithoutBrowser);
    const relative = findBrowser({ PATH: process.env['PATH'], SANAD_BROWSER: 'chromium' });
    await expect(relative).rejects.toMatchObject({ problem: { code: 'browser_missing' } });
  });
});

/** The processes of the browser that this process has print. */
function browserGroup(): readonly string[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const isLeader = (pid: string): boolean =>
    ifThere(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.includes(`.sanad-print-${process.pid}-`) ??
    false;
  const groupOf = (pid: string): string | undefined =>
    ifThere(() => /\) \S (?:\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  const leaders = new Set(all.filter(isLeader));
  return all.filter((pid) => leaders.has(groupOf(pid) ?? ''));
}

/** What their shared memory lies on: `memory`, or the file that is on a disk. */
function sharedMemoryOf(group: readonly string[]): readonly string[] {
  return group.flatMap((pid) =>
    (ifThere(() => readdirSync(`/proc/${pid}/fd`)) ?? []).flatMap((fd) => {
      const file = `/proc/${pid}/fd/${fd}`;
      const name = ifThere(() => readlinkSync(file));
      if (name === undefined || !/\.org\.chromium/.test(name)) return [];
      const type = ifThere(() => statfsSync(file).type);
      return type === undefined ? [] : [type === TMPFS ? 'memory' : name];
    }),
  );
}

function ifThere<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  // A zombie has ended; only its parent has not looked yet.
  const status = `/proc/${pid}/stat`;
  return existsSync(status) && !/\) Z /.test(readFileSync(status, 'utf8'));
}
