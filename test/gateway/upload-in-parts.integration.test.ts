import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  MAX_DOCUMENTS,
  MAX_PART_BYTES,
  MIN_PART_BYTES,
  PART_CONTENT_TYPE,
  type DocumentView,
  type RegistrationView,
  type UploadView,
} from '#shared/contract/gateway-contract.ts';
import { act, addDocument, follow, pdfOf, reviewerOf, submit, withdraw } from './reviewing.ts';
import {
  makeSigner,
  send,
  startFrontEnd,
  startGateway,
  type RunningGateway,
  type Signer,
  type TestRequest,
} from './running-gateway.ts';
import { engineMissing, engines } from './storage/engine.ts';
import { startPostgresql, type RunningPostgresql } from './storage/postgresql.ts';

/** On SQLite one gateway is asked twice; on PostgreSQL two front ends are asked once each. */
describe.each(engines.filter((name) => engineMissing(name) === undefined))(
  'a document in parts, on %s',
  (name) => {
    let postgresql: RunningPostgresql | undefined;
    let frontEnd: Awaited<ReturnType<typeof startFrontEnd>> | undefined;
    let first: RunningGateway;
    let second: RunningGateway;
    let device: Signer;
    let reviewer: Signer;

    beforeAll(async () => {
      if (name === 'postgresql') {
        postgresql = startPostgresql();
        const url = postgresql.createDatabase();
        first = await startGateway(undefined, url);
        frontEnd = await startFrontEnd(first, url);
        second = { ...first, port: frontEnd.port };
      } else {
        first = await startGateway();
        second = first;
      }
      device = await makeSigner();
      reviewer = reviewerOf(first, 'reviewer');
    });
    afterAll(async () => {
      await frontEnd?.kill('SIGTERM');
      await first.stop('SIGTERM');
      first.remove();
      postgresql?.stop();
      postgresql?.remove();
    });

    const newCase = async () => (await submit(first, device)).json<RegistrationView>().id;
    const documentsIn = async (id: string) =>
      (await follow(first, device, id)).json<RegistrationView>().documents;
    const files = () => readdirSync(join(first.directory, 'document'));
    const digest = (content: Buffer) => createHash('sha256').update(content).digest('base64url');
    const announced = (content: Buffer) => ({
      ...{ kind: 'letter', content_type: 'application/pdf' },
      ...{ size: content.length, sha256: digest(content) },
    });
    const begin = (id: string, content: Buffer, changes: object = {}, gateway = first) =>
      act(gateway, device, `${id}/upload`, { ...announced(content), ...changes });
    const begun = async (id: string, content: Buffer) => (await begin(id, content)).json<UploadView>();
    const part = (
      {
        id,
        upload,
        start,
      }: { readonly id: string; readonly upload: string; readonly start: number | string },
      body: Buffer,
      { gateway = first, ...changes }: Partial<TestRequest> & { readonly gateway?: RunningGateway } = {},
    ) =>
      send(gateway, {
        ...{ method: 'POST', path: `/v1/registration/${id}/upload/${upload}/part/${start}` },
        ...{ body, type: PART_CONTENT_TYPE, signer: device, ...changes },
      });
    const complete = (id: string, upload: string, idempotencyKey: string = randomUUID()) =>
      send(first, {
        ...{ method: 'POST', path: `/v1/registration/${id}/upload/${upload}/completion`, body: {} },
        ...{ signer: device, idempotencyKey },
      });
    const partsFrom = async (id: string, upload: string, content: Buffer, from = 0) => {
      for (let start = from; start < content.length; start += MAX_PART_BYTES) {
        const sent = await part({ id, upload, start }, content.subarray(start, start + MAX_PART_BYTES));
        expect(sent.status).toBe(200);
      }
    };
    /** A PDF that no two tests have in common. */
    const pdf = (size: number) => {
      const content = pdfOf(size);
      randomBytes(64)
        .toString('hex')
        .split('')
        .forEach((digit, at) => content.write(digit, 20 + at));
      return content;
    };

    it('is the document that it would have been whole, and leaves no part behind', async () => {
      const [id, before] = [await newCase(), files().length];
      const content = pdf(600_000);
      const { id: upload, received, size } = await begun(id, content);
      expect([received, size]).toEqual([0, content.length]);
      await partsFrom(id, upload, content);
      const answered = await complete(id, upload);
      const document = answered.json<DocumentView>();
      expect(document).toMatchObject(announced(content));
      expect(await documentsIn(id)).toEqual([document]);
      const path = `/v1/case/${id}/document/${document.id}`;
      const read = await send(first, { method: 'GET', path, signer: reviewer });
      expect(read.bytes.equals(content)).toBe(true);
      expect(files().length).toBe(before + 1);
    });

    it('lies on the disk unreadable while it is on its way', async () => {
      const id = await newCase();
      const before = new Set(files());
      const content = pdf(300_000);
      const { id: upload } = await begun(id, content);
      await part({ id, upload, start: 0 }, content.subarray(0, MAX_PART_BYTES));
      const file = files().find((one) => !before.has(one)) ?? '';
      const stored = readFileSync(join(first.directory, 'document', file), 'latin1');
      expect(stored).not.toContain('xxxxxxxx');
      expect(stored).not.toContain('%PDF');
    });

    it('goes on where it stopped after the gateway was killed, and is asked for by its digest', async () => {
      const id = await newCase();
      const content = pdf(600_000);
      const { id: upload } = await begun(id, content);
      await part({ id, upload, start: 0 }, content.subarray(0, MAX_PART_BYTES));
      await first.stop('SIGKILL');
      await first.start();
      const again = await begun(id, content);
      expect(again).toMatchObject({ id: upload, received: MAX_PART_BYTES });
      await partsFrom(id, upload, content, again.received);
      expect((await complete(id, upload)).status).toBe(200);
    });

    it('completed twice under one key is one document', async () => {
      const id = await newCase();
      const content = pdf(40_000);
      const { id: upload } = await begun(id, content);
      await partsFrom(id, upload, content);
      const once = await complete(id, upload, `complete-${upload}`);
      const twice = await complete(id, upload, `complete-${upload}`);
      expect(twice.json<DocumentView>()).toEqual(once.json<DocumentView>());
      expect(await documentsIn(id)).toHaveLength(1);
      expect((await complete(id, upload)).problem().code).toBe('upload_unknown');
    });

    it.each<[string, number | string, number, string]>([
      ['that repeats what is there', 0, MIN_PART_BYTES, 'upload_offset_wrong'],
      ['that leaves a gap', MIN_PART_BYTES + 1, MIN_PART_BYTES, 'upload_offset_wrong'],
      ['at no number', '16384x', MIN_PART_BYTES, 'upload_offset_wrong'],
      ['before the beginning', '-1', MIN_PART_BYTES, 'upload_offset_wrong'],
      ['in another spelling', '016384', MIN_PART_BYTES, 'upload_offset_wrong'],
      ['smaller than parts are', MIN_PART_BYTES, MIN_PART_BYTES - 1, 'upload_part_refused'],
      ['larger than parts are', MIN_PART_BYTES, MAX_PART_BYTES + 1, 'upload_part_refused'],
      ['of nothing', MIN_PART_BYTES, 0, 'upload_part_refused'],
      ['beyond the end', MIN_PART_BYTES, 200_000, 'upload_part_refused'],
    ])('takes no part %s, and has what it had', async (_, start, bytes, code) => {
      const id = await newCase();
      const content = pdf(180_000);
      const { id: upload } = await begun(id, content);
      await part({ id, upload, start: 0 }, content.subarray(0, MIN_PART_BYTES));
      const before = files().length;
      const answered = await part({ id, upload, start }, Buffer.alloc(bytes, 'x'));
      expect(answered.problem().code).toBe(code);
      expect(await begun(id, content)).toMatchObject({ id: upload, received: MIN_PART_BYTES });
      expect(files().length).toBe(before);
    });

    it('takes no part that is not the signed one, or of another type, or another’s', async () => {
      const id = await newCase();
      const content = pdf(100_000);
      const { id: upload } = await begun(id, content);
      const place = { id, upload, start: 0 };
      const stranger = await makeSigner();
      await submit(first, stranger);
      const codes = [
        await part(place, content, { sentBody: Buffer.alloc(content.length, 'y') }),
        await part(place, content, { type: 'application/json' }),
        await part(place, content, { signer: stranger }),
        await part({ ...place, upload: randomUUID() }, content),
        await part({ ...place, id: await newCase() }, content),
      ].map((answered) => answered.problem().code);
      expect(codes).toEqual([
        'content_digest_wrong',
        expect.stringMatching(/content_type_wrong|content_digest_wrong|body_too_large/) as string,
        'registration_unknown',
        'upload_unknown',
        'upload_unknown',
      ]);
      expect((await begun(id, content)).received).toBe(0);
    });

    it('is not made of parts that are missing, of another content, or of another type', async () => {
      const id = await newCase();
      const content = pdf(100_000);
      const { id: upload } = await begun(id, content);
      await part({ id, upload, start: 0 }, content.subarray(0, 20_000));
      expect((await complete(id, upload)).problem().code).toBe('upload_incomplete');
      await part({ id, upload, start: 20_000 }, Buffer.alloc(80_000));
      expect((await complete(id, upload)).problem().code).toBe('upload_differs');
      expect((await complete(id, upload)).problem().code).toBe('upload_unknown');
      const program = Buffer.alloc(20_000, 'MZ');
      const { id: other } = await begun(id, program);
      await part({ id, upload: other, start: 0 }, program);
      const before = files().length;
      expect((await complete(id, other)).problem().code).toBe('document_type_refused');
      expect(files().length).toBe(before - 1);
      expect(await documentsIn(id)).toEqual([]);
    });

    it.each<[string, object, string]>([
      ['a kind that the rules do not know', { kind: 'selfie' }, 'document_kind_unknown'],
      ['a type that is not taken', { content_type: 'text/html' }, 'body_invalid'],
      ['more than a document may have', { size: 5 * 1024 * 1024 + 1 }, 'body_invalid'],
      ['nothing', { size: 0 }, 'body_invalid'],
    ])('is not begun with %s', async (_, changes, code) => {
      const answered = await begin(await newCase(), pdf(1000), changes);
      expect(answered.problem().code).toBe(code);
    });

    it('counts among a registration’s documents before it is there', async () => {
      const id = await newCase();
      await addDocument(first, device, { id, content: pdf(200) });
      for (let count = 1; count < MAX_DOCUMENTS; count++) await begun(id, pdf(200 + count));
      expect((await begin(id, pdf(999))).problem().code).toBe('documents_too_many');
      const other = await newCase();
      for (let count = 0; count < 6; count++) await begin(other, pdf(300 + count), { size: 5 * 1024 * 1024 });
      expect((await begin(other, pdf(998))).problem().code).toBe('documents_too_many');
    });

    it('is destroyed with its case, parts and all', async () => {
      const id = await newCase();
      const before = files().length;
      const content = pdf(100_000);
      const { id: upload } = await begun(id, content);
      await part({ id, upload, start: 0 }, content.subarray(0, 50_000));
      expect(files().length).toBe(before + 1);
      await withdraw(first, device, id);
      expect(files().length).toBe(before);
      const answered = await part({ id, upload, start: 50_000 }, content.subarray(50_000));
      expect(answered.problem().code).toBe('state_conflict');
    });

    it('sent by two at once takes each part once, and is whole', async () => {
      const id = await newCase();
      const content = pdf(3 * MAX_PART_BYTES);
      const before = files().length;
      const [one, other] = await Promise.all([begin(id, content), begin(id, content, {}, second)]);
      const { id: upload } = one.json<UploadView>();
      expect(other.json<UploadView>().id).toBe(upload);
      for (let start = 0; start < content.length; start += MAX_PART_BYTES) {
        const bytes = content.subarray(start, start + MAX_PART_BYTES);
        const both = await Promise.all([
          part({ id, upload, start }, bytes),
          part({ id, upload, start }, bytes, { gateway: second }),
        ]);
        expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
      }
      expect(files().length).toBe(before + 3);
      expect((await complete(id, upload)).status).toBe(200);
      expect(files().length).toBe(before + 1);
    });
  },
);
