import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { examineFile } from '#client/document/document-file.ts';
import { addDocument } from '#client/registration/document.ts';
import { MAX_PART_BYTES, MIN_PART_BYTES } from '#shared/contract/gateway-contract.ts';
import { pdfOf } from '#test/shared/document/samples.ts';
import { NOW } from '#test/shared/registration/issue.ts';
import { json, refuse, type ReceivedRequest, type Respond } from '../gateway/scripted-gateway.ts';
import { ID, unexpected, useTestClient } from './test-client.ts';

const UPLOAD = '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10';
const BASE = `/v1/registration/${ID}/upload`;
const content = pdfOf('x'.repeat(3 * MAX_PART_BYTES));
const file = examineFile({ name: 'letter.pdf', bytes: content }, { bytes: content.length });
const world = useTestClient();

interface Scene {
  /** What the gateway has. */
  received: number;
  /** What it does with a part instead of taking it, once for each entry; undefined: it takes it. */
  trouble: (Respond | undefined)[];
}

const lost: Respond = (response) => void response.destroy();
const document = () => ({
  ...{ id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', kind: 'letter', content_type: 'application/pdf' },
  ...{ size: content.length, sha256: createHash('sha256').update(content).digest('base64url') },
  added_at: NOW,
});

/** A gateway that takes parts as the real one does, but for the trouble that a test makes. */
function takingParts(received = 0): Scene {
  const scene: Scene = { received, trouble: [] };
  const view = () => ({ id: UPLOAD, received: scene.received, size: content.length, expires_at: NOW + 1 });
  const taken: Buffer[] = [content.subarray(0, received)];
  world.answer(`POST ${BASE}`, (response) => json(response, view()));
  for (let offset = 0; offset < content.length; offset += MIN_PART_BYTES) {
    world.answer(`POST ${BASE}/${UPLOAD}/part/${offset}`, (response, request) => {
      const trouble = scene.trouble.shift();
      if (trouble !== undefined) return trouble(response, request);
      if (offset !== scene.received) return refuse(response, 409, wrongOffset);
      take(scene, taken, request);
      return json(response, view());
    });
  }
  world.answer(`POST ${BASE}/${UPLOAD}/completion`, (response) => {
    expect(Buffer.concat(taken).equals(content)).toBe(true);
    json(response, document());
  });
  return scene;
}

function take(scene: Scene, taken: Buffer[], { bytes }: ReceivedRequest): void {
  scene.received += bytes.length;
  taken.push(bytes);
}

const wrongOffset = { code: 'upload_offset_wrong', detail: 'No.', next_action: 'Ask.' };
const sendIt = async (onProgress?: (received: number) => void) =>
  await addDocument(world.context, await world.stored(), {
    ...{ kind: 'letter', file, pauseMilliseconds: 10 },
    ...(onProgress === undefined ? {} : { onProgress }),
  });
const partsSent = () => world.gateway.requests.filter(({ url }) => url.includes('/part/'));

describe('a large document', () => {
  it('goes in parts, says how far it is, and is kept as the gateway’s', async () => {
    await world.submitted();
    takingParts();
    const progress: number[] = [];
    const { registration } = await sendIt((received) => progress.push(received));
    expect(registration.view.documents).toEqual([document()]);
    expect(progress).toEqual([0, MAX_PART_BYTES, 2 * MAX_PART_BYTES, 3 * MAX_PART_BYTES, content.length]);
    const [part] = partsSent();
    expect(part?.headers).toMatchObject({ 'content-type': 'application/octet-stream' });
    expect(part?.headers['signature-input']).toContain('content-digest');
  });

  it('goes on where an earlier try stopped', async () => {
    await world.submitted();
    takingParts(2 * MAX_PART_BYTES);
    await sendIt();
    expect(partsSent()).toHaveLength(2);
  });

  it('goes on after the line broke off, in smaller parts', async () => {
    await world.submitted();
    const scene = takingParts();
    scene.trouble = [undefined, lost, lost];
    await sendIt();
    const sizes = partsSent().map(({ bytes }) => bytes.length);
    expect(sizes.slice(0, 4)).toEqual([
      MAX_PART_BYTES,
      MAX_PART_BYTES,
      MAX_PART_BYTES / 2,
      MAX_PART_BYTES / 4,
    ]);
  });

  it('whose part arrived although its answer was lost does not send it again', async () => {
    await world.submitted();
    const scene = takingParts();
    scene.trouble = [
      (response) => {
        // Another process of this person was faster, or the answer was cut off.
        scene.received = 0;
        response.destroy();
      },
      (response) => refuse(response, 409, wrongOffset),
      (response) => refuse(response, 503, { code: 'storage_busy', detail: 'Busy.', next_action: 'Later.' }),
    ];
    expect((await sendIt()).document).toEqual(document());
  });

  it('that does not get through is given up, and goes on the next time', async () => {
    await world.submitted();
    const scene = takingParts();
    scene.trouble = [undefined, ...Array.from({ length: 6 }, () => lost)];
    await expect(sendIt()).rejects.toMatchObject({ problem: { kind: 'gateway' } });
    const before = partsSent().length;
    await sendIt();
    expect(partsSent()[before]?.url).toBe(`${BASE}/${UPLOAD}/part/${MAX_PART_BYTES}`);
  });

  it('that the gateway refuses is not tried again', async () => {
    await world.submitted();
    const scene = takingParts();
    scene.trouble = [
      (response) => refuse(response, 409, { code: 'state_conflict', detail: 'No.', next_action: 'Look.' }),
    ];
    await expect(sendIt()).rejects.toMatchObject({ problem: { code: 'state_conflict' } });
    expect(partsSent()).toHaveLength(1);
  });

  it('of which the gateway tells lies counts as not sent', async () => {
    await world.submitted();
    takingParts();
    world.answerJson(`POST ${BASE}/${UPLOAD}/completion`, { ...document(), sha256: 'A'.repeat(43) });
    await expect(sendIt()).rejects.toMatchObject(unexpected);
    world.answerJson(`POST ${BASE}`, { id: UPLOAD, received: 0, size: 1, expires_at: NOW });
    await expect(sendIt()).rejects.toMatchObject(unexpected);
    expect((await world.stored()).view.documents).toEqual([]);
  });

  it('goes whole to a gateway that takes no parts', async () => {
    await world.submitted();
    world.answer(`POST ${BASE}`, (response) =>
      refuse(response, 404, { code: 'route_unknown', detail: 'No.', next_action: 'Update.' }),
    );
    world.answerJson(`POST /v1/registration/${ID}/document/letter`, document());
    expect((await sendIt()).document).toEqual(document());
    expect(partsSent()).toEqual([]);
  });
});
