import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  MAX_PART_BYTES,
  MIN_PART_BYTES,
  type DocumentView,
  type UploadView,
} from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import type { DocumentFile } from '../document/document-file.ts';
import type { GatewayClient } from '../gateway/gateway-client.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';
import { GatewayRefusal } from '../gateway/read-answer.ts';

/** In a row, without a byte getting through in between. */
const MAX_FAILURES = 5;
const PAUSE_MILLISECONDS = 500;

interface Upload {
  /** The registration. */
  readonly id: string;
  readonly kind: string;
  readonly file: DocumentFile;
  readonly onProgress?: (received: number) => void;
  /** After the first failure; after each more in a row twice as long. */
  readonly pauseMilliseconds?: number;
}

/**
 * Sends a document in parts. What is there already, from an earlier try of this or another process, is not sent again: the
 * gateway knows it by its digest, so nothing but the document itself has to be kept here. On a line that breaks off the
 * parts get smaller.
 */
export async function uploadInParts(gateway: GatewayClient, upload: Upload): Promise<DocumentView> {
  const begun = await sendParts(gateway, upload);
  // The same key however often it is asked: the gateway answers once for all.
  const idempotencyKey = `complete-${begun.id}`;
  return await gateway.ask('uploadComplete', { id: upload.id, upload: begun.id, body: {}, idempotencyKey });
}

async function sendParts(gateway: GatewayClient, upload: Upload): Promise<UploadView> {
  const { id, file, onProgress, pauseMilliseconds = PAUSE_MILLISECONDS } = upload;
  let partBytes = MAX_PART_BYTES;
  let failures = 0;
  let at: UploadView | undefined;
  for (;;) {
    try {
      at ??= await begin(gateway, upload);
      onProgress?.(at.received);
      if (at.received === file.size) return at;
      at = await sendPart(gateway, { id, at, bytes: file.bytes, partBytes });
      failures = 0;
    } catch (cause) {
      failures += 1;
      if (failures > MAX_FAILURES || !isWorthTrying(cause)) throw cause;
      partBytes = Math.max(MIN_PART_BYTES, partBytes / 2);
      await sleep(pauseMilliseconds * 2 ** (failures - 1));
      // A part whose answer was lost may be there.
      at = undefined;
    }
  }
}

/** Under a new key each time: what is asked is how much is there now. */
async function begin(gateway: GatewayClient, { id, kind, file }: Upload): Promise<UploadView> {
  const { contentType, size, sha256 } = file;
  const body = { kind, content_type: contentType, size, sha256 };
  const at = await gateway.ask('uploadBegin', { id, body, idempotencyKey: randomUUID() });
  if (at.size !== size || at.received > size) throw unexpected('another upload');
  return at;
}

async function sendPart(
  gateway: GatewayClient,
  part: {
    readonly id: string;
    readonly at: UploadView;
    readonly bytes: Uint8Array;
    readonly partBytes: number;
  },
): Promise<UploadView> {
  const { id, at, partBytes } = part;
  const bytes = part.bytes.subarray(at.received, at.received + partBytes);
  const idempotencyKey = randomUUID();
  const { id: upload, received: offset } = at;
  const after = await gateway.uploadPart({ id, upload, offset, bytes, idempotencyKey });
  if (after.id !== upload || after.received !== offset + bytes.length) throw unexpected('another part');
  return after;
}

/** A line that broke off, a gateway that is busy, and one that counts otherwise: another process of the person sends too. */
function isWorthTrying(cause: unknown): boolean {
  if (cause instanceof GatewayRefusal) {
    const { code } = cause.problem;
    return cause.status >= 500 || [408, 429].includes(cause.status) || isOvertaken(code);
  }
  return (
    cause instanceof SanadError && ['gateway_timeout', 'gateway_unreachable'].includes(cause.problem.code)
  );
}

function isOvertaken(code: string): boolean {
  return code === 'upload_offset_wrong' || code === 'upload_unknown';
}

function unexpected(detail: string): SanadError {
  return gatewayError('gateway_answer_unexpected', { detail });
}
