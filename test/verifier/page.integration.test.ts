import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findBrowser } from '#client/print/find-browser.ts';
import { nodePrimitives } from '#client/node-primitives.ts';
import { fingerprint } from '#shared/registration/anchor.ts';
import { listName } from '#shared/report/compose.ts';
import { paperCodeText } from '#shared/report/paper-code.ts';
import { issueStatusList, makeKey, NOW } from '#test/shared/registration/issue.ts';
import {
  fileOf,
  makeReportScene,
  registrationOf,
  REPORT_ID,
  reportOf,
  sourcesOf,
} from '#test/shared/report/make-report.ts';
import { buildVerifier } from '../../script/lib/build-verifier.ts';

const folder = mkdtempSync(join(tmpdir(), 'sanad-verifier-'));
const file = join(folder, 'report.json');
const anchorFile = join(folder, 'anchor.json');
const scene = makeReportScene();
const report = reportOf(sourcesOf(scene));
const text = fileOf(report, scene.device);
let browser: Browser;
let page: Page;
/** Everything that the page asked for or complained about. */
const asked: string[] = [];

beforeAll(async () => {
  await buildVerifier(join(folder, 'report-verifier.html'));
  writeFileSync(file, text);
  writeFileSync(anchorFile, JSON.stringify(scene.gateway.anchor));
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath: await findBrowser(process.env), args });
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  asked.length = 0;
  page = await browser.newPage({ locale: 'en-GB' });
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => asked.push(message.text()));
  page.on('pageerror', (error) => asked.push(error.message));
  await page.goto(address());
});

afterEach(async () => await page.close());

function address(): string {
  return pathToFileURL(join(folder, 'report-verifier.html')).href;
}

async function give(content: string): Promise<string> {
  const buffer = Buffer.from(content);
  await page.setInputFiles('#report-file', { name: 'report.json', mimeType: 'application/json', buffer });
  return await conclusion();
}

async function conclusion(): Promise<string> {
  return (await page.locator('#conclusion h2').innerText()).replace(/^\S+\s+/, '');
}

/** Whether the last words of the first such element stand on the screen from left to right, line by line. */
async function isInOrder(selector: string, containing: string): Promise<boolean> {
  return await page.evaluate<boolean>(`{
    const elements = Array.from(document.querySelectorAll(${JSON.stringify(selector)}));
    const found = elements.find(({ textContent }) => textContent.includes(${JSON.stringify(containing)}));
    const rectangles = Array.from(found.lastChild.textContent, (_, at) => {
      const range = document.createRange();
      range.setStart(found.lastChild, at);
      range.setEnd(found.lastChild, at + 1);
      return range.getBoundingClientRect();
    });
    const isAfter = (one, before) =>
      before === undefined || one.top > before.bottom - 1 || one.left >= before.left;
    rectangles.length > 3 && rectangles.every((one, index) => isAfter(one, rectangles[index - 1]));
  }`);
}

describe('the page that checks a report', () => {
  it('says that signatures fit, and genuine once the office’s keys are given; without asking anybody', async () => {
    expect(await give(text)).toBe('The signatures fit – now compare the keys');
    expect(await page.innerText('#page')).toContain('Not issued by the authority');
    await page.setInputFiles('#anchor-file', anchorFile);
    await page.waitForSelector('.conclusion.genuine');
    expect(await conclusion()).toBe('Genuine');
    expect(await page.innerText('#page')).toContain('All 1 registrations were in force');
    // The page itself, the typeface that it carries, and nothing else.
    expect(asked.filter((url) => !url.startsWith('data:font/'))).toEqual([address()]);
  });

  it('takes a file that is dropped on it', async () => {
    const data = await page.evaluateHandle(`{
      const transfer = new DataTransfer();
      transfer.items.add(new File([${JSON.stringify(text)}], 'report.json'));
      transfer;
    }`);
    await page.dispatchEvent('body', 'drop', { dataTransfer: data });
    expect(await conclusion()).toBe('The signatures fit – now compare the keys');
  });

  it('says genuine for a fingerprint from the office, and not for another', async () => {
    await give(text);
    await page.fill('#fingerprint', 'ab'.repeat(32));
    await page.click('.row button');
    expect(await page.innerText('[role=alert]')).toContain('not the fingerprint of any office');
    await page.fill('#fingerprint', fingerprint(scene.gateway.anchor, nodePrimitives));
    await page.click('.row button');
    await page.waitForSelector('.conclusion.genuine');
  });

  it.each([
    ['one letter of a name', text.replace('Example', 'Exbmple')],
    ['one digit of a time', text.replace(`"as_of": ${NOW}`, `"as_of": ${NOW + 1}`)],
    ['one letter of a certificate', text.replace('"certificate": "ey', '"certificate": "fy')],
    ['one bracket', text.replace('[', '{')],
    ['everything', 'hello'],
  ])('says not genuine where somebody changed %s', async (_, changed) => {
    expect(changed).not.toBe(text);
    expect(await give(changed)).toBe('Not genuine');
  });

  it('judges as the command line does: revoked, and put together by somebody else', async () => {
    const of = listName(scene.gateway.origin, scene.gateway.statusListUri);
    const revoked = issueStatusList(scene.gateway, { statuses: { 7: 1 } });
    const sources = sourcesOf(scene, { statusLists: [{ of, issuedAt: NOW - 60, text: revoked }] });
    await give(fileOf(reportOf(sources), scene.device));
    expect(await page.locator('.badge').innerText()).toBe('revoked');
    expect(await give(fileOf(report, makeKey()))).toBe('Not everything is proved');
    expect(await page.locator('.badge').innerText()).toBe('genuine, but another computer’s');
  });

  it('tells whether paper and file belong together', async () => {
    await give(text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    await page.fill('#paper', paperCodeText({ report: REPORT_ID, file: 'report.json', sha256 }));
    expect(await page.innerText('#paper-answer')).toContain('Yes');
    await page.fill('#paper', 'f'.repeat(16));
    expect(await page.innerText('#paper-answer')).toContain('No.');
  });

  it('shows what others wrote as text', async () => {
    await give(fileOf({ ...report, subject: '<img src=x onerror=alert(1)>' }, scene.device));
    expect(await page.innerText('#page')).toContain('<img src=x onerror=alert(1)>');
    expect(await page.locator('img').count()).toBe(0);
    expect(asked.filter((url) => !url.startsWith('data:font/'))).toEqual([address()]);
  });

  it.each(['\u2069', '\u2029', '\u2028', '\u0085', '\u001C'])(
    'keeps its own words in order beside names that would turn them round with %j',
    async (end) => {
      const turning = `${end}\u202E`;
      const { anchor } = scene.gateway;
      const operator = { ...anchor.operator, legal_name: `Office${turning}` };
      const details = [{ name: `number${turning}`, value: `1${turning}`, masked: true }];
      const sources = sourcesOf(scene, {
        registrations: [registrationOf(scene, { label: `office${turning}`, details })],
        anchors: [{ ...anchor, operator }],
      });
      await give(fileOf(reportOf(sources), scene.device));
      expect(await isInOrder('.badge', 'in force')).toBe(true);
      expect(await isInOrder('dd', 'confirmed by')).toBe(true);
      expect(await page.innerText('#page')).not.toMatch(/[\u2028\u2029\u202A-\u202E\u2066-\u2069]/);
    },
  );

  it('speaks Urdu, from right to left, with addresses as they are', async () => {
    await give(text);
    await page.click('#language');
    expect(await page.getAttribute('html', 'dir')).toBe('rtl');
    expect(await page.innerText('#conclusion h2')).toContain('دستخط درست ہیں');
    expect(await page.innerText('#page')).toContain('vpn.example:51820');
    // A masked number has no letters: left to itself it would turn round.
    const number = page.locator('bdi', { hasText: '•••••-••••567-1' });
    expect(await number.getAttribute('dir')).toBe('ltr');
  });

  it('has a policy under which nothing could be asked for anyway', () => {
    const built = readFileSync(join(folder, 'report-verifier.html'), 'utf8');
    expect(built).toMatch(/Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/);
    expect(built).not.toMatch(/unsafe-inline|unsafe-eval/);
  });
});
