import type { FastifyInstance } from 'fastify';
import { gatewayRoutes, PART_CONTENT_TYPE } from '#shared/contract/gateway-contract.ts';
import { answerOnce } from './commit.ts';
import { endEndless } from './document-routes.ts';
import type { KeyLimit } from './limits.ts';
import { rawRequest, readParameters } from './parameters.ts';
import { openUploadRequest } from './request.ts';
import type { ResumableUploads } from './resumable-upload.ts';
import { sendJson } from './send.ts';
import type { Services } from './services.ts';

/** The route whose body is a part of a document. */
export function addPartRoute(
  server: FastifyInstance,
  parts: { readonly services: Services; readonly keyLimit: KeyLimit; readonly uploads: ResumableUploads },
): void {
  const { services, keyLimit, uploads } = parts;
  const { method, path: url, answer } = gatewayRoutes.uploadPart;
  // Handed on unread, as documents are.
  server.addContentTypeParser(PART_CONTENT_TYPE, (_request, payload, done) => {
    done(null, payload);
  });
  server.route({
    ...{ method, url },
    handler: async (request, reply) => {
      endEndless(request, reply);
      const { intent, now } = await openUploadRequest(services, rawRequest(request));
      const { keyId: signer } = intent.signature;
      keyLimit(request, signer, now);
      const { id, upload, offset: start } = readParameters(request.params);
      const { headers } = request;
      const answered = await answerOnce(services, intent, (commit) =>
        uploads.part({
          ...{ id, upload, start, signer, commit },
          contentType: headers['content-type'],
          contentLength: headers['content-length'],
          contentDigest: headers['content-digest']?.toString(),
          content: request.raw,
        }),
      );
      return sendJson(reply, answer, answered);
    },
  });
}
