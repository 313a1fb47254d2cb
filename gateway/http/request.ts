import { createHash } from 'node:crypto';
import type { FieldOccurrence } from 'http-message-sig';
import * as z from 'zod';
import { devicePublicJwkSchema, type SignedBy } from '#shared/contract/gateway-contract.ts';
import { idempotencyKeyFieldSchema } from '#shared/contract/request-signature.ts';
import { thumbprintOf } from '../key/key-file.ts';
import { findDeviceKey } from '../storage/registration-store.ts';
import type { SignedIntent } from './commit.ts';
import { checkContentDigest, parseJsonBody } from './content.ts';
import { httpError } from './problem.ts';
import type { Services } from './services.ts';
import { verifyRequestSignature, type RequestSignature } from './signature.ts';

/** A request as it arrived, before anything of it is believed. */
export interface RawRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** Name, value, name, value: as sent, nothing merged or dropped. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer | undefined;
}

/** What a route asks of its requests. */
export interface RouteForm {
  readonly signedBy: SignedBy;
  readonly body: z.ZodType | null;
}

export interface OpenedRequest {
  readonly body: unknown;
  readonly intent: SignedIntent;
  readonly now: number;
}

/** Digest, form, signature: in this order, since a submission brings the key it is signed with. */
export async function openSignedRequest(
  services: Services,
  form: RouteForm,
  raw: RawRequest,
): Promise<OpenedRequest> {
  const fields = fieldsOf(raw.rawHeaders);
  if (fieldValue(fields, 'signature') === undefined) throw httpError('signature_missing');
  const body = form.body === null ? undefined : readBody(form.body, raw.body, fields);
  const now = services.now();
  const targetUri = targetUriOf(services.identity.configuration.origin, raw.url);
  const signature = await verifyRequestSignature({
    method: raw.method,
    targetUri,
    fields,
    hasBody: form.body !== null,
    now,
    keyOf: (keyId) => keyOf(services, form.signedBy, keyId, body),
  });
  const intent = intentOf({ signature, method: raw.method, targetUri, fields, body: raw.body });
  return { body, intent, now };
}

/** A document's request: digest, type and key are signed, so the signature is checked before the body is read. */
export async function openUploadRequest(
  services: Services,
  raw: RawRequest,
): Promise<{ readonly intent: SignedIntent; readonly now: number }> {
  const fields = fieldsOf(raw.rawHeaders);
  if (fieldValue(fields, 'signature') === undefined) throw httpError('signature_missing');
  const digest = fieldValue(fields, 'content-digest');
  if (digest === undefined) throw httpError('content_digest_wrong');
  const now = services.now();
  const { method } = raw;
  const targetUri = targetUriOf(services.identity.configuration.origin, raw.url);
  const signature = await verifyRequestSignature({
    ...{ method, targetUri, fields, hasBody: true, now },
    keyOf: (keyId) => keyOf(services, 'device', keyId, undefined),
  });
  // The digest stands for the body: a body that is not its own is refused before anything is remembered.
  const body = Buffer.from(`${digest}\n${fieldValue(fields, 'content-type') ?? ''}`);
  return { intent: intentOf({ signature, method, targetUri, fields, body }), now };
}

function readBody(schema: z.ZodType, bytes: Buffer | undefined, fields: readonly FieldOccurrence[]): unknown {
  if (bytes === undefined) throw httpError('content_type_wrong');
  checkContentDigest(fieldValue(fields, 'content-digest'), bytes);
  const parsed = schema.safeParse(parseJsonBody(bytes));
  // The path only: zod's message could quote what was sent.
  if (!parsed.success) throw httpError('body_invalid', parsed.error.issues[0]?.path.join('.') || 'whole');
  return parsed.data;
}

function targetUriOf(origin: string, url: string): string {
  // RFC 9112 section 3.2.2 knows the absolute form too; it names a host of its own and is not taken here.
  if (!url.startsWith('/')) throw httpError('request_malformed');
  return `${origin}${url}`;
}

const bringsKeySchema = z.object({ device: devicePublicJwkSchema });

async function keyOf(
  services: Services,
  signedBy: SignedBy,
  keyId: string,
  body: unknown,
): Promise<string | undefined> {
  if (signedBy === 'reviewer') {
    const { reviewers } = services.identity.configuration;
    return reviewers.find(({ key }) => thumbprintOf(key) === keyId)?.key.x;
  }
  const brought = bringsKeySchema.safeParse(body);
  if (!brought.success) return (await findDeviceKey(services.database, keyId))?.x;
  return thumbprintOf(brought.data.device) === keyId ? brought.data.device.x : undefined;
}

function intentOf(request: {
  readonly signature: RequestSignature;
  readonly method: string;
  readonly targetUri: string;
  readonly fields: readonly FieldOccurrence[];
  readonly body: Buffer | undefined;
}): SignedIntent {
  const { signature, method, targetUri, fields, body } = request;
  if (body === undefined) return { signature };
  const key = idempotencyKeyFieldSchema.safeParse(fieldValue(fields, 'idempotency-key'));
  if (!key.success) throw httpError('idempotency_key_malformed');
  const requestDigest = createHash('sha256').update(`${method} ${targetUri}\n`).update(body).digest('hex');
  return { signature, idempotency: { key: key.data, requestDigest } };
}

function fieldsOf(rawHeaders: readonly string[]): readonly FieldOccurrence[] {
  const fields: FieldOccurrence[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    fields.push({ name: (rawHeaders[index] ?? '').toLowerCase(), value: rawHeaders[index + 1] ?? '' });
  }
  return fields;
}

/** The value of a field that is there exactly once. */
function fieldValue(fields: readonly FieldOccurrence[], name: string): string | undefined {
  const values = fields.filter((field) => field.name === name);
  return values.length === 1 ? values[0]?.value : undefined;
}
