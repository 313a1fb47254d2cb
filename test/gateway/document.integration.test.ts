import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  MAX_DOCUMENT_BYTES,
  MAX_DOCUMENTS,
  type CaseView,
  type DocumentView,
} from '#shared/contract/gateway-contract.ts';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import {
  act,
  addDocument,
  amend,
  certify,
  decide,
  follow,
  pdfOf,
  reviewerOf,
  submit,
  withdraw,
} from './reviewing.ts';
import {
  makeSigner,
  nowSeconds,
  send,
  signedFields,
  startGateway,
  type RunningGateway,
  type Signer,
  type TestAnswer,
  type TestRequest,
} from './running-gateway.ts';

let gateway: RunningGateway;
let device: Signer;
let stranger: Signer;
let reviewer: Signer;

beforeAll(async () => {
  gateway = await startGateway();
  [device, stranger] = [await makeSigner(), await makeSigner()];
  reviewer = reviewerOf(gateway, 'reviewer');
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

const newCase = async () => (await submit(gateway, device)).json<RegistrationView>().id;
const view = async (id: string) => (await follow(gateway, device, id)).json<RegistrationView>();
const add = (id: string, content = pdfOf(), changes: Partial<TestRequest> = {}) =>
  addDocument(gateway, device, { id, content }, changes);
const added = async (id: string, content = pdfOf()) => (await add(id, content)).json<DocumentView>();
const read = (id: string, document: string, signer = reviewer) =>
  send(gateway, { method: 'GET', path: `/v1/case/${id}/document/${document}`, signer });
const remove = (id: string, document: string, signer = device) =>
  act(gateway, signer, `${id}/document/${document}/removal`);
const files = () => readdirSync(join(gateway.directory, 'document'));

const u16 = (...values: readonly number[]) =>
  Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
const u32 = (value: number) => u16(value >>> 16, value & 0xffff);
function pngOf(width: number, height: number, ...tail: readonly Buffer[]): Buffer {
  const chunk = (type: string, content: Buffer) => [u32(content.length), Buffer.from(type), content, u32(0)];
  const header = Buffer.concat([u32(width), u32(height), Buffer.from([8, 0, 0, 0, 0])]);
  const chunks = [
    ...chunk('IHDR', header),
    ...chunk('IDAT', Buffer.from('x')),
    ...chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks, ...tail]);
}
function jpegOf(width: number, height: number, ...tail: readonly Buffer[]): Buffer {
  const frame = [u16(0xffc0, 11), Buffer.from([8]), u16(height, width), Buffer.from([1, 1, 0x11, 0])];
  return Buffer.concat([u16(0xffd8), ...frame, u16(0xffda, 2), Buffer.from('x'), u16(0xffd9), ...tail]);
}

describe('a document', () => {
  it.each([
    ['application/pdf', pdfOf(5000)],
    ['image/png', pngOf(10, 10)],
    ['image/jpeg', jpegOf(10, 10)],
    // Telephones append what is theirs.
    ['image/jpeg', jpegOf(10, 10, Buffer.from('SEFT'))],
  ])('%s is taken, listed without its content, and read by reviewers alone', async (type, content) => {
    const id = await newCase();
    const answered = await addDocument(gateway, device, { id, content, type });
    expect(answered.status).toBe(200);
    const document = answered.json<DocumentView>();
    const sha256 = createHash('sha256').update(content).digest('base64url');
    expect(document).toMatchObject({ kind: 'letter', content_type: type, size: content.length, sha256 });
    expect((await view(id)).documents).toEqual([document]);
    const given = await read(id, document.id);
    expect(given.bytes.equals(content)).toBe(true);
    expect((await read(id, document.id, device)).problem().code).toBe('signing_key_unknown');
  });

  it('is given out as what it was found to be, to be kept and never to be shown or run', async () => {
    const id = await newCase();
    const { headers } = await read(id, (await added(id)).id);
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': expect.stringMatching(/^attachment; filename="[0-9a-f-]{36}\.pdf"$/) as string,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'no-store',
    });
  });

  it('lies on the disk unreadable, for its owner alone, under a name that says nothing', async () => {
    const id = await newCase();
    const before = new Set(files());
    const { id: document } = await added(id, pdfOf(3000));
    const file = files().find((name) => !before.has(name)) ?? '';
    const path = join(gateway.directory, 'document', file);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(gateway.directory, 'document')).mode & 0o777).toBe(0o700);
    const bytes = readFileSync(path);
    for (const plain of ['%PDF', 'xxxx', '%%EOF']) expect(bytes.includes(plain)).toBe(false);
    for (const name of [id, document, device.keyId]) expect(file).not.toContain(name);
  });

  it('that was damaged or swapped on the disk is not given out', async () => {
    const id = await newCase();
    const before = new Set(files());
    const one = await added(id, pdfOf(200));
    const first = files().find((name) => !before.has(name)) ?? '';
    const other = await added(id, pdfOf(300));
    const second = files().find((name) => !before.has(name) && name !== first) ?? '';
    const at = (name: string) => join(gateway.directory, 'document', name);
    const bytes = readFileSync(at(first));
    writeFileSync(at(first), readFileSync(at(second)));
    expect((await read(id, one.id)).problem().code).toBe('document_damaged');
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(at(first), bytes);
    expect((await read(id, one.id)).problem().code).toBe('document_damaged');
    expect((await read(id, other.id)).status).toBe(200);
  });

  it('is taken away with its file, and only while the case is open', async () => {
    const id = await newCase();
    const document = await added(id);
    const count = files().length;
    expect((await remove(id, document.id)).json<RegistrationView>().documents).toEqual([]);
    expect(files()).toHaveLength(count - 1);
    expect((await remove(id, document.id)).problem().code).toBe('document_unknown');
    expect((await read(id, document.id)).problem().code).toBe('document_unknown');
    const kept = await added(id);
    await decide(gateway, { id, device, reviewer });
    expect((await remove(id, kept.id)).problem().code).toBe('state_conflict');
    expect((await add(id)).problem().code).toBe('state_conflict');
    expect((await read(id, kept.id)).status).toBe(200);
  });

  it('goes with a withdrawal, its key and its file', async () => {
    const id = await newCase();
    const count = files().length;
    const document = await added(id);
    expect((await withdraw(gateway, device, id)).json<RegistrationView>().documents).toEqual([]);
    expect(files()).toHaveLength(count);
    expect((await read(id, document.id)).problem().code).toBe('document_unknown');
  });

  it('goes with a withdrawal of what it was given before, or for an amendment, and with no other', async () => {
    const amended = async (old: string) => (await amend(gateway, device, old)).json<RegistrationView>().id;
    const attest = (id: string, changes = {}) => decide(gateway, { id, device, reviewer }, changes);
    const first = await newCase();
    const ofFirst = await added(first);
    await attest(first);
    const second = await amended(first);
    await withdraw(gateway, device, second);
    expect((await read(first, ofFirst.id)).status).toBe(200);
    const third = await amended(first);
    const ofThird = await added(third);
    await attest(third, { amends: first });
    expect((await certify(gateway, device, third)).status).toBe(200);
    const fourth = await amended(third);
    const count = files().length;
    const ofFourth = await added(fourth);
    expect((await withdraw(gateway, device, third)).status).toBe(200);
    for (const [id, document] of [
      [first, ofFirst],
      [third, ofThird],
      [fourth, ofFourth],
    ] as const) {
      expect((await view(id)).documents).toEqual([]);
      expect((await read(id, document.id)).problem().code).toBe('document_unknown');
    }
    expect(files()).toHaveLength(count - 2);
  });

  it('of one intent is one, sent again or twice at once', async () => {
    const id = await newCase();
    const idempotencyKey = randomUUID();
    const content = pdfOf();
    const both = await Promise.all([
      add(id, content, { idempotencyKey }),
      add(id, content, { idempotencyKey }),
    ]);
    const ids = [...both, await add(id, content, { idempotencyKey })].map(
      (one) => one.json<DocumentView>().id,
    );
    expect(new Set(ids).size).toBe(1);
    expect((await view(id)).documents).toHaveLength(1);
    expect((await add(id, pdfOf(200), { idempotencyKey })).problem().code).toBe('idempotency_key_reused');
  });

  it('is in the history: added, read, taken away', async () => {
    const id = await newCase();
    const { id: document } = await added(id);
    await read(id, document);
    await remove(id, document);
    const shown = await send(gateway, { method: 'GET', path: `/v1/case/${id}`, signer: reviewer });
    const actions = shown.json<CaseView>().audit.map(({ action }) => action);
    expect(actions).toEqual(['submit', 'add_document', 'read_document', 'remove_document']);
  });

  it('that is long under way counts from when it is there', async () => {
    const id = await newCase();
    const path = `/v1/registration/${id}/document/letter`;
    const content = pdfOf();
    const request = { method: 'POST', path, type: 'application/pdf', signer: device } as const;
    const headers = { ...signedFields(gateway, request, content), 'content-length': content.length };
    const sent = httpRequest({ host: '127.0.0.1', port: gateway.port, method: 'POST', path, headers });
    const answered = once(sent, 'response');
    sent.write(content.subarray(0, 10));
    const announced = nowSeconds();
    await expect.poll(nowSeconds, { timeout: 20_000 }).toBeGreaterThan(announced + 1);
    const complete = nowSeconds();
    sent.end(content.subarray(10));
    const [response] = (await answered) as [IncomingMessage];
    expect(response.resume().statusCode).toBe(200);
    const { documents, changed_at: changed } = await view(id);
    expect(documents.map(({ added_at: at }) => at >= complete)).toEqual([true]);
    expect(changed).toBeGreaterThanOrEqual(complete);
    const shown = await send(gateway, { method: 'GET', path: `/v1/case/${id}`, signer: reviewer });
    const entry = shown.json<CaseView>().audit.find(({ action }) => action === 'add_document');
    expect(entry?.at).toBeGreaterThanOrEqual(complete);
  });

  it('is put into a new file by the reviewers’ command', async () => {
    const id = await newCase();
    const content = pdfOf(777);
    const { id: document } = await added(id, content);
    const output = join(gateway.directory, `${document}.pdf`);
    expect((await gateway.review('document', id, document, '--output', output)).code).toBe(0);
    expect(readFileSync(output).equals(content)).toBe(true);
    expect(statSync(output).mode & 0o777).toBe(0o600);
    const again = await gateway.review('document', id, document, '--output', output);
    expect(JSON.parse(again.stdout)).toMatchObject({ problem: { code: 'file_not_written' } });
  });
});

describe('what is no document of ours', () => {
  const html = Buffer.from('<!doctype html><script>alert(1)</script>');
  const zip = Buffer.from('504b0304', 'hex');
  const head = Buffer.from('%PDF-1.7\n');

  it.each<[string, string, Buffer]>([
    ['HTML said to be PDF', 'application/pdf', html],
    ['SVG said to be PNG', 'image/png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a PDF with a page before it', 'application/pdf', Buffer.concat([html, pdfOf()])],
    ['a PDF with an archive after it', 'application/pdf', Buffer.concat([pdfOf(), zip, Buffer.alloc(40)])],
    ['a PDF without an end', 'application/pdf', head],
    ['a program', 'application/pdf', Buffer.concat([Buffer.from('7f454c46', 'hex'), pdfOf()])],
    ['an archive', 'application/pdf', Buffer.concat([zip, Buffer.alloc(100)])],
    ['a PNG said to be JPEG', 'image/jpeg', pngOf(1, 1)],
    ['a PNG with a page after it', 'image/png', pngOf(1, 1, html)],
    ['a PNG that unpacks to gigabytes', 'image/png', pngOf(60_000, 60_000)],
    ['a PNG of no size', 'image/png', pngOf(0, 1)],
    ['a PNG that breaks off', 'image/png', pngOf(1, 1).subarray(0, 30)],
    ['a JPEG that unpacks to gigabytes', 'image/jpeg', jpegOf(65_535, 65_535)],
    ['a JPEG without a picture', 'image/jpeg', Buffer.from('ffd8ffe000044a46ffd9', 'hex')],
    ['a JPEG that breaks off', 'image/jpeg', jpegOf(1, 1).subarray(0, 12)],
    ['a single byte', 'image/png', Buffer.from([0x89])],
  ])('%s is refused and leaves nothing', async (_name, type, content) => {
    const id = await newCase();
    const count = files().length;
    const answered = await addDocument(gateway, device, { id, content, type });
    expect(answered.problem()).toMatchObject({ status: 415, code: 'document_type_refused' });
    expect((await view(id)).documents).toEqual([]);
    expect(files()).toHaveLength(count);
  });

  it.each<[string, string, number, (id: string) => Promise<TestAnswer>]>([
    [
      'of another type',
      'content_type_wrong',
      415,
      (id) => addDocument(gateway, device, { id, content: html, type: 'text/html' }),
    ],
    [
      'that is JSON',
      'document_type_refused',
      415,
      (id) => addDocument(gateway, device, { id, content: html, type: 'application/json' }),
    ],
    [
      'of a kind that the profile does not have',
      'document_kind_unknown',
      422,
      (id) => addDocument(gateway, device, { id, content: pdfOf(), kind: 'selfie' }),
    ],
    [
      'of a kind that is a path',
      'document_kind_unknown',
      422,
      (id) => addDocument(gateway, device, { id, content: pdfOf(), kind: '..%2f..' }),
    ],
    ['that is empty', 'document_type_refused', 415, (id) => add(id, Buffer.alloc(0))],
    [
      'with another content than was signed',
      'content_digest_wrong',
      400,
      (id) => add(id, pdfOf(), { sentBody: pdfOf().fill('y', 20, 30) }),
    ],
    [
      'whose type was changed on the way',
      'signature_invalid',
      401,
      (id) => add(id, pdfOf(), { headers: { 'content-type': 'image/png' } }),
    ],
    [
      'for another registration than was signed',
      'signature_invalid',
      401,
      async (id) => add(id, pdfOf(), { sentPath: `/v1/registration/${await newCase()}/document/letter` }),
    ],
    ['unsigned', 'signature_missing', 401, (id) => add(id, pdfOf(), { headers: { signature: undefined } })],
    [
      'of a stranger',
      'registration_unknown',
      404,
      async (id) => {
        await submit(gateway, stranger);
        return await addDocument(gateway, stranger, { id, content: pdfOf() });
      },
    ],
    [
      'of a reviewer',
      'signing_key_unknown',
      401,
      (id) => addDocument(gateway, reviewer, { id, content: pdfOf() }),
    ],
  ])('a document %s is refused as %s', async (_name, code, status, request) => {
    const id = await newCase();
    const count = files().length;
    expect((await request(id)).problem()).toMatchObject({ code, status });
    expect((await view(id)).documents).toEqual([]);
    expect(files()).toHaveLength(count);
  });

  it('somebody else’s is answered like none', async () => {
    const [mine, theirs] = [await newCase(), (await submit(gateway, stranger)).json<RegistrationView>().id];
    const document = await added(mine);
    expect((await remove(mine, document.id, stranger)).problem().code).toBe('registration_unknown');
    expect((await remove(theirs, document.id, stranger)).problem().code).toBe('document_unknown');
    expect((await read(theirs, document.id)).problem().code).toBe('document_unknown');
    expect((await view(mine)).documents).toHaveLength(1);
  });
});

describe('too much', () => {
  it('in one document is refused, up to the limit it is taken', async () => {
    const id = await newCase();
    expect((await add(id, pdfOf(MAX_DOCUMENT_BYTES))).status).toBe(200);
    expect((await add(id, pdfOf(MAX_DOCUMENT_BYTES + 1))).problem().code).toBe('document_too_large');
    expect((await view(id)).documents).toHaveLength(1);
  });

  it('in number is refused, also when all come at once', async () => {
    const id = await newCase();
    for (let count = 0; count < MAX_DOCUMENTS - 2; count++) await added(id);
    const answers = await Promise.all(Array.from({ length: 4 }, () => add(id)));
    const codes = answers.filter(({ status }) => status !== 200).map((one) => one.problem().code);
    for (const code of codes) expect(['documents_too_many', 'too_many_uploads']).toContain(code);
    await add(id);
    await add(id);
    expect((await add(id)).problem().code).toBe('documents_too_many');
    expect((await view(id)).documents).toHaveLength(MAX_DOCUMENTS);
  });

  /**
   * Sends a head that was signed, then whatever comes, until the gateway hangs up. What it says meanwhile may be lost on its
   * way, as it is where one side writes and the other has closed: its log tells.
   */
  async function flood(headers: Readonly<Record<string, string>>): Promise<() => string> {
    const path = `/v1/registration/${await newCase()}/document/letter`;
    const request = { method: 'POST', path, type: 'application/pdf', signer: device } as const;
    const fields = { ...signedFields(gateway, request, pdfOf()), host: 'x', ...headers };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
    const before = gateway.log().length;
    const socket = connect(gateway.port, '127.0.0.1');
    socket.resume();
    await new Promise<void>((resolve) => {
      socket.on('error', () => undefined);
      socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      const timer = setInterval(() => socket.write(`ffff\r\n${'x'.repeat(0xffff)}\r\n`), 5);
      socket.on('close', () => {
        clearInterval(timer);
        resolve();
      });
    });
    return () => gateway.log().slice(before);
  }

  it.each([
    ['without an end is cut off', { 'transfer-encoding': 'chunked' }, 'length_required'],
    ['announced is refused before it comes', { 'content-length': '1000000000' }, 'document_too_large'],
  ] as const)('%s', async (_name, headers, code) => {
    await expect.poll(await flood(headers), { timeout: 20_000 }).toContain(code);
  });

  it('at the same time from one key is refused', async () => {
    const id = await newCase();
    const path = `/v1/registration/${id}/document/letter`;
    const content = pdfOf();
    const slow = Array.from({ length: 2 }, () => {
      const request = { method: 'POST', path, type: 'application/pdf', signer: device } as const;
      const headers = { ...signedFields(gateway, request, content), 'content-length': content.length };
      const sent = httpRequest({ host: '127.0.0.1', port: gateway.port, method: 'POST', path, headers });
      sent.on('error', () => undefined);
      sent.write(content.subarray(0, 10));
      return sent;
    });
    // Refused for its content as long as there is room for it.
    const refused = async () => (await add(id, Buffer.from('no PDF'))).problem().code;
    await expect.poll(refused, { timeout: 20_000 }).toBe('too_many_uploads');
    for (const sent of slow) sent.end(content.subarray(10));
    await expect.poll(async () => (await add(id)).status, { timeout: 20_000 }).toBe(200);
  });
});

describe('files that belong to no document', () => {
  it('are swept away at the start when they are old, and no others', async () => {
    const id = await newCase();
    const { id: document } = await added(id);
    const at = (name: string) => join(gateway.directory, 'document', name);
    const [old, half, young] = [randomUUID(), `${randomUUID()}.part`, randomUUID()] as const;
    for (const name of [old, half, young, 'notes.txt']) writeFileSync(at(name), 'x');
    const dayAgo = Date.now() / 1000 - 86_400;
    for (const name of files()) if (name !== young) utimesSync(at(name), dayAgo, dayAgo);
    await gateway.stop('SIGTERM');
    await gateway.start();
    expect(files()).toEqual(expect.arrayContaining([young, 'notes.txt']));
    for (const name of [old, half]) expect(files()).not.toContain(name);
    expect((await read(id, document)).status).toBe(200);
  });
});
