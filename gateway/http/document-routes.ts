import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  documentContentTypes,
  gatewayRoutes,
  MAX_DOCUMENT_BYTES,
  type DocumentContentType,
} from '#shared/contract/gateway-contract.ts';
import { contentDigestField } from '#shared/contract/request-signature.ts';
import { findDocument, noteReading, type FoundDocument } from '../case/document.ts';
import { caseError } from '../case/problem.ts';
import { answerOnce } from './commit.ts';
import type { KeyLimit } from './limits.ts';
import { rawRequest, readParameters } from './parameters.ts';
import { openSignedRequest, openUploadRequest } from './request.ts';
import { sendJson } from './send.ts';
import type { Services } from './services.ts';
import { Uploads } from './upload.ts';

const extensions: Readonly<Record<DocumentContentType, string>> = {
  'application/pdf': 'pdf',
  'image/jpeg': 'jpg',
  'image/png': 'png',
};

/** The two routes whose body or answer is a document. */
export function addDocumentRoutes(server: FastifyInstance, services: Services, keyLimit: KeyLimit): void {
  const uploads = new Uploads(services);
  for (const type of documentContentTypes) {
    // Handed on unread: whose it is and whether there is room is known before the first byte is taken.
    server.addContentTypeParser(type, (_request, payload, done) => {
      done(null, payload);
    });
  }
  const { documentAdd, caseDocument } = gatewayRoutes;
  server.route({
    ...{ method: documentAdd.method, url: documentAdd.path },
    handler: async (request, reply) => {
      endEndless(request, reply);
      return sendJson(reply, documentAdd.answer, await upload({ services, keyLimit, uploads }, request));
    },
  });
  server.route({
    ...{ method: caseDocument.method, url: caseDocument.path },
    handler: async (request, reply) => await download({ services, keyLimit }, request, reply),
  });
}

async function upload(
  parts: { readonly services: Services; readonly keyLimit: KeyLimit; readonly uploads: Uploads },
  request: FastifyRequest,
): Promise<unknown> {
  const { services, keyLimit, uploads } = parts;
  const { intent, now } = await openUploadRequest(services, rawRequest(request));
  const { keyId: signer } = intent.signature;
  keyLimit(request, signer, now);
  const { id, kind } = readParameters(request.params);
  const { headers } = request;
  return await answerOnce(services, intent, (commit) =>
    uploads.take({
      ...{ id, kind, signer, commit },
      contentType: headers['content-type'],
      contentLength: headers['content-length'],
      // Node joins what is there twice; openUploadRequest has refused that.
      contentDigest: headers['content-digest']?.toString(),
      content: request.raw,
    }),
  );
}

/**
 * What is refused unread is read to its announced end and thrown away, so that its sender hears why; where there is no end,
 * or it is far off, the connection ends.
 */
export function endEndless({ headers }: FastifyRequest, reply: FastifyReply): void {
  const length = Number(headers['content-length'] ?? Number.NaN);
  if (!(length <= 2 * MAX_DOCUMENT_BYTES)) reply.header('connection', 'close');
}

async function download(
  { services, keyLimit }: { readonly services: Services; readonly keyLimit: KeyLimit },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = { signedBy: 'reviewer', body: null } as const;
  const { intent, now } = await openSignedRequest(services, form, rawRequest(request));
  const { keyId: reviewer } = intent.signature;
  keyLimit(request, reviewer, now);
  const { id, document } = readParameters(request.params);
  let found: FoundDocument | undefined;
  await answerOnce(services, intent, (commit) =>
    commit(async (connection) => {
      found = await findDocument(connection, { id, document });
      await noteReading(connection, { id, found, reviewer, now });
    }),
  );
  if (found === undefined) throw caseError('document_unknown');
  const { stored, registrationKey } = found;
  const bytes = await services.vault.read({
    ...{ registration: id, document, registrationKey },
    ...{ file: stored.file, wrappedKey: stored.wrapped_key },
  });
  if (bytes === undefined) throw caseError('document_damaged');
  return sendInert(reply, { bytes, contentType: stored.content_type, name: document });
}

/** A registrant wrote it: nothing that shows it may take it for a page of the gateway's, or for anything to run. */
function sendInert(
  reply: FastifyReply,
  document: { readonly bytes: Buffer; readonly contentType: DocumentContentType; readonly name: string },
): FastifyReply {
  const { bytes, contentType, name } = document;
  return reply
    .headers({
      'content-digest': contentDigestField(createHash('sha256').update(bytes).digest('base64')),
      'content-disposition': `attachment; filename="${name}.${extensions[contentType]}"`,
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    .type(contentType)
    .send(bytes);
}
